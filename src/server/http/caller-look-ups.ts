import { LRUCache } from 'lru-cache';
import { Refusal, unavailable } from '../../platform/errors.js';
import { FairQueue, type LaneLimits } from '../../platform/fair-queue.js';
import { hashSecret } from '../../platform/secrets.js';

/** Bearers that counted lately; the one longest unused is a new one again. */
const KNOWN_MAX = 50_000;
/** So many times as many known bearers as new ones are looked up at a time. */
const KNOWN_FACTOR = 4;
const WAITING_MAX = 1000;
const WAIT_MAX_MS = 5000;

/** What is looked up, and for whom. */
export interface LookedUp {
  /** What a request shows; only its digest is kept. */
  readonly presented: string;
  readonly clientAddress: string;
  /** Takes what is to be called when nobody waits for the answer any more. */
  readonly atEnd?: (leave: () => void) => void;
}

/**
 * Looks up what requests show of who sends them, a bounded number at a time. What counted lately has a lane of its own,
 * in which principals take turns, so a flood of made-up bearers, of which each is new, delays nobody who was here before.
 * In the lane of new ones addresses take turns. Whatever its lane, a bearer is looked up at each request.
 */
export class LookUps {
  readonly #principals = new LRUCache<string, string>({ max: KNOWN_MAX });
  readonly #queue: FairQueue<'fresh' | 'known'>;

  /** @param max New bearers at a time; 0 sets no bound. */
  constructor(max: number) {
    const fresh = max === 0 ? Number.POSITIVE_INFINITY : max;
    const known = fresh * KNOWN_FACTOR;
    const lane = (runningMax: number): LaneLimits => ({
      runningMax,
      waitingMaxPerKey: WAITING_MAX,
      waitingMax: WAITING_MAX,
    });
    const lanes = { fresh: lane(fresh), known: lane(known) };
    this.#queue = new FairQueue<'fresh' | 'known'>({
      runningMax: fresh + known,
      first: 'known',
      lanes,
      late: unavailable,
    });
  }

  get waiting(): number {
    return this.#queue.waiting;
  }

  /** @throws Whatever the look-up throws; RATE_LIMITED when too many wait, UNAVAILABLE when its turn does not come. */
  async run<T>(
    { presented, clientAddress, atEnd }: LookedUp,
    principalOf: (found: T) => string,
    lookUp: (isKnown: boolean) => Promise<T>,
  ): Promise<T> {
    const digest = hashSecret(presented);
    const principal = this.#principals.get(digest);
    try {
      const isKnown = principal !== undefined;
      const place = {
        lane: isKnown ? 'known' : 'fresh',
        key: principal ?? clientAddress,
        waitMaxMs: WAIT_MAX_MS,
        atEnd,
      } as const;
      const found = await this.#queue.run(place, () => lookUp(isKnown));
      this.#principals.set(digest, principalOf(found));
      return found;
    } catch (error) {
      if (error instanceof Refusal && error.code === 'UNAUTHENTICATED') this.#principals.delete(digest);
      throw error;
    }
  }
}
