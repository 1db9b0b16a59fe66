import type { Logger } from '../platform/log.js';
import { type Cause, causeOf, faultForLog } from './errors.js';

/** One line for each cause in so long, however many requests meet it. */
const LOG_EVERY_MS = 10_000;

/** What lasts until an operator acts, and what every request meets: readiness looks closer after one of these. */
const LASTING: ReadonlySet<Cause> = new Set(['disk-full', 'read-only', 'too-many-sessions', 'refused']);

/** What went wrong with the database of late. */
export class Faults {
  readonly #log: Logger | undefined;
  readonly #counts = new Map<Cause, number>();
  readonly #unsaid = new Map<Cause, number>();
  readonly #saidAt = new Map<Cause, number>();
  #suspicion = 0;

  constructor(log?: Logger) {
    this.#log = log;
  }

  /** Takes note when it is the database that could not serve; everything else is not its fault. */
  saw(error: unknown): void {
    const cause = causeOf(error);
    if (cause === undefined) return;
    this.#counts.set(cause, this.count(cause) + 1);
    if (LASTING.has(cause)) this.#suspicion += 1;
    const times = (this.#unsaid.get(cause) ?? 0) + 1;
    this.#unsaid.set(cause, times);
    const now = performance.now();
    if (now - (this.#saidAt.get(cause) ?? Number.NEGATIVE_INFINITY) < LOG_EVERY_MS) return;
    this.#saidAt.set(cause, now);
    this.#unsaid.set(cause, 0);
    this.#log?.error({ cause, times, err: faultForLog(error) }, 'the database cannot serve');
  }

  count(cause: Cause): number {
    return this.#counts.get(cause) ?? 0;
  }

  /** Changes with each fault that lasts; 0 when there is none to look into. */
  get suspicion(): number {
    return this.#suspicion;
  }

  /** Nothing is wrong any more, unless more was seen since. */
  clear(suspicion: number): void {
    if (this.#suspicion === suspicion) this.#suspicion = 0;
  }
}
