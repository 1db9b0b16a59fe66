import { rateLimited } from '../../platform/errors.js';

/** When to come back to a server that is busy with the caller's own requests. */
const BUSY_RETRY_SECONDS = 1;

/** How many requests of each key are under way. */
export class Concurrency {
  readonly #max: number;
  readonly #counts = new Map<string, number>();

  /** @param max Of one key; 0 sets no bound. */
  constructor(max: number) {
    this.#max = max;
  }

  /** @returns what ends the stay. @throws RATE_LIMITED. */
  enter(key: string): () => void {
    const count = this.#counts.get(key) ?? 0;
    if (this.#max > 0 && count >= this.#max) throw tooMany();
    this.#counts.set(key, count + 1);
    return () => {
      const left = (this.#counts.get(key) ?? 1) - 1;
      if (left > 0) this.#counts.set(key, left);
      else this.#counts.delete(key);
    };
  }

  /** How many of a key are under way. */
  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }
}

/** A key gets one more slot while it holds less than one for every so many that are free. */
const FREE_FOR_EACH = 4;

/**
 * Slots that keys share. The fewer are free, the fewer a key may hold: one key gets a fifth of them, the next a fifth of
 * what is left, and whoever holds none gets the last. It takes twenty keys to fill a few hundred slots.
 */
export class SharedSlots {
  readonly #max: number;
  readonly #held = new Concurrency(0);
  #size = 0;

  /** @param max Altogether; 0 sets no bound. */
  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#size;
  }

  /** @returns what gives the slot back. @throws RATE_LIMITED. */
  enter(key: string): () => void {
    if (this.#max > 0 && this.#held.of(key) * FREE_FOR_EACH >= this.#max - this.#size) throw tooMany();
    const leave = this.#held.enter(key);
    this.#size += 1;
    return () => {
      this.#size -= 1;
      leave();
    };
  }
}

const tooMany = () => rateLimited('Too many requests at once.', BUSY_RETRY_SECONDS);
