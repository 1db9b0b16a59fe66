import { rateLimited } from '../../platform/errors.js';

/** When to retry, while the server is busy with the caller's own requests. */
const BUSY_RETRY_SECONDS = 1;

/** Counts the running requests of each key. */
export class Concurrency {
  readonly #max: number;
  readonly #counts = new Map<string, number>();

  /** @param max For one key; 0 sets no bound. */
  constructor(max: number) {
    this.#max = max;
  }

  /** @returns a function to call when the request ends. @throws RATE_LIMITED. */
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

  /** How many requests of a key are running. */
  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }
}

/** A key gets one more slot while it holds less than one per this many free ones. */
const FREE_FOR_EACH = 4;

/**
 * Slots that keys share. The fewer are free, the fewer a key may hold: one key gets a fifth of them, the next a fifth
 * of the rest, and a key that holds none gets the last. It takes twenty keys to fill a few hundred slots.
 */
export class SharedSlots {
  readonly #max: number;
  readonly #held = new Concurrency(0);
  #size = 0;

  /** @param max In total; 0 sets no bound. */
  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#size;
  }

  /** @returns a function that frees the slot. @throws RATE_LIMITED. */
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
