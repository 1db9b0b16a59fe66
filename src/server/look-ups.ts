import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { Refusal } from '../platform/errors.js';
import { FairQueue } from './fair-queue.js';

/** Bearers that counted lately; the one longest unused is a new one again. */
const KNOWN_MAX = 50_000;
/** So many times as many known bearers as new ones are looked up at a time. */
const KNOWN_FACTOR = 4;
const WAITING_MAX = 1000;
const PATIENCE_MS = 5000;

/**
 * Looks up what requests show of who sends them, a bounded number at a time. What counted lately has a lane of its own,
 * in which principals take turns, so a flood of made-up bearers, of which each is new, delays nobody who was here before.
 * In the lane of new ones sources take turns. Whatever its lane, a bearer is looked up at each request.
 */
export class LookUps {
  readonly #principals = new LRUCache<string, string>({ max: KNOWN_MAX });
  readonly #fresh: FairQueue;
  readonly #known: FairQueue;

  /** @param max New bearers at a time; 0 sets no bound. */
  constructor(max: number) {
    const bounds = { waiting: WAITING_MAX, patienceMs: PATIENCE_MS };
    this.#fresh = new FairQueue({ ...bounds, underWay: max });
    this.#known = new FairQueue({ ...bounds, underWay: max * KNOWN_FACTOR });
  }

  get waiting(): number {
    return this.#fresh.waiting + this.#known.waiting;
  }

  /**
   * @param shown What is looked up; only its digest is kept.
   * @throws Whatever the look-up throws; RATE_LIMITED or UNAVAILABLE when too many wait.
   */
  async run<T>(
    shown: string,
    source: string,
    principalOf: (found: T) => string,
    lookUp: (isKnown: boolean) => Promise<T>,
  ): Promise<T> {
    const digest = createHash('sha256').update(shown).digest('base64');
    const principal = this.#principals.get(digest);
    try {
      const found = await (principal === undefined
        ? this.#fresh.run(source, () => lookUp(false))
        : this.#known.run(principal, () => lookUp(true)));
      this.#principals.set(digest, principalOf(found));
      return found;
    } catch (error) {
      if (error instanceof Refusal && error.code === 'UNAUTHENTICATED') this.#principals.delete(digest);
      throw error;
    }
  }
}
