import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const WAIT_SECONDS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30];

/** The measurements of a process's streams. */
export class StreamMetrics {
  readonly #open: Gauge<'principal'>;
  readonly #displaced: Counter;
  readonly #events: Counter;
  readonly #lookUps: Counter<'outcome'>;
  readonly #wait: Histogram;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#open = new Gauge({
      name: 'bailiwick_streams_open',
      help: 'Streams of events that are open, by the kind of who opened them.',
      labelNames: ['principal'],
      registers,
    });
    this.#displaced = new Counter({
      name: 'bailiwick_streams_displaced_total',
      help: 'Streams that were ended for the sake of a caller with fewer, because all places were taken.',
      registers,
    });
    this.#events = new Counter({
      name: 'bailiwick_stream_events_total',
      help: 'Events that were sent to streams.',
      registers,
    });
    this.#lookUps = new Counter({
      name: 'bailiwick_stream_lookups_total',
      help: 'How often a stream asked who its caller is now: made in the database, or shared with what was known.',
      labelNames: ['outcome'],
      registers,
    });
    this.#wait = new Histogram({
      name: 'bailiwick_stream_wait_seconds',
      help: 'How long streams that were woken waited for their turn, in seconds.',
      buckets: WAIT_SECONDS,
      registers,
    });
  }

  opened(principal: 'user' | 'agent'): void {
    this.#open.inc({ principal });
  }

  closed(principal: 'user' | 'agent'): void {
    this.#open.dec({ principal });
  }

  displaced(): void {
    this.#displaced.inc();
  }

  sent(): void {
    this.#events.inc();
  }

  lookedUp(outcome: 'made' | 'shared'): void {
    this.#lookUps.inc({ outcome });
  }

  waited(ms: number): void {
    this.#wait.observe(ms / 1000);
  }
}
