import { LRUCache } from 'lru-cache';
import { Refusal, unavailable } from '../../platform/errors.js';
import { FairQueue, type LaneLimits } from '../../platform/fair-queue.js';
import { hashSecret } from '../../platform/secrets.js';

/** How many recently valid credentials are known; the one longest unused becomes new again. */
const KNOWN_MAX = 50_000;
/** Look-ups of known credentials at a time, for each look-up of a new one. */
const KNOWN_FACTOR = 4;
const WAITING_MAX = 1000;
const WAIT_MAX_MS = 5000;

/** A look-up, and for whom it is. */
export interface LookedUp {
  /** The presented credential; only its digest is kept. */
  readonly presented: string;
  readonly clientAddress: string;
  /** Registers a function for when nobody waits for the answer any more. */
  readonly atEnd?: (leave: () => void) => void;
}

/**
 * Looks up the credentials of requests, a bounded number at a time. Recently valid ones have a lane of their own, in
 * which principals take turns, so a flood of made-up credentials, each of them new, delays no known caller. In the lane
 * of new ones, client addresses take turns. In both lanes, a credential is looked up at each request.
 */
export class LookUps {
  readonly #principals = new LRUCache<string, string>({ max: KNOWN_MAX });
  readonly #queue: FairQueue<'fresh' | 'known'>;

  /** @param max New credentials at a time; 0 sets no bound. */
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

  /** @throws the look-up's error; RATE_LIMITED when too many wait, UNAVAILABLE when its turn does not come in time. */
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
