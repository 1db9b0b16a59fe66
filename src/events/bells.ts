import { EVERY_TOPIC } from '../db/open.js';
import { isAbout, type Topic, topicIn } from './topics.js';

/**
 * Wakes those of this process who wait for a topic. Rings are counted, so that what was read can be told to have been
 * read after one.
 */
export class Bells {
  readonly #hung = new Set<Bell>();
  #moment = 0;

  /** @param said As `saidOf` tells it, or `EVERY_TOPIC`. */
  ring(said: string): void {
    const moment = this.nextMoment();
    const happened = said === EVERY_TOPIC ? null : topicIn(said);
    for (const bell of this.#hung) {
      if (happened === null || bell.topics.some((topic) => isAbout(topic, happened))) bell.ring(moment);
    }
  }

  /** A moment that is after every ring until now, and before every one that comes. */
  nextMoment(): number {
    this.#moment += 1;
    return this.#moment;
  }

  hang(...topics: readonly Topic[]): Bell {
    const bell: Bell = new Bell(topics, this.nextMoment(), () => this.#hung.delete(bell));
    this.#hung.add(bell);
    return bell;
  }
}

/** Remembers that it rang: what happens while its owner reads ends the next wait at once. */
export class Bell {
  readonly topics: readonly Topic[];
  readonly takeDown: () => void;
  #rungAt: number;
  #hasRung = false;
  #wake = () => {};

  constructor(topics: readonly Topic[], hungAt: number, takeDown: () => void) {
    this.topics = topics;
    this.takeDown = takeDown;
    this.#rungAt = hungAt;
  }

  /** When it rang last, or was hung. */
  get rungAt(): number {
    return this.#rungAt;
  }

  ring(moment: number): void {
    this.#rungAt = moment;
    this.#hasRung = true;
    this.#wake();
  }

  /** Takes note of the rings until now: the next wait is for another one. */
  heard(): void {
    this.#hasRung = false;
  }

  /** Resolves to true when it rings or has rung since `heard`; to false after `ms`, or when the signal aborts. */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#hasRung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(wake, ms);
        signal.addEventListener('abort', wake);
        this.#wake = wake;
        function wake() {
          clearTimeout(timer);
          signal.removeEventListener('abort', wake);
          resolve();
        }
      });
    }
    return this.#hasRung;
  }
}
