import { LRUCache } from 'lru-cache';

interface Bucket {
  tokens: number;
  /** When `tokens` was right, in milliseconds. */
  at: number;
}

/** How often something may happen for each key: `burst` times at once, then `perSecond`. Without `burst` there is no limit. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** How many keys are remembered; beyond, the one longest unused starts with a full bucket. */
const KEYS_MAX = 50_000;
const KEY_CHARACTERS_MAX = 256;

/** A token bucket for each key, in bounded memory. */
export class TokenBuckets {
  readonly #rate: Rate;
  readonly #buckets = new LRUCache<string, Bucket>({ max: KEYS_MAX });

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /** Takes tokens, a burst's at most. Returns 0, or after how many whole seconds there will be enough. */
  take(key: string, now: Date, amount = 1): number {
    const { perSecond, burst } = this.#rate;
    if (burst === 0) return 0;
    const bounded = key.slice(0, KEY_CHARACTERS_MAX);
    const at = now.getTime();
    const bucket = this.#buckets.get(bounded) ?? { tokens: burst, at };
    this.#buckets.set(bounded, bucket);
    // A clock that was set back adds nothing and removes nothing.
    bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, at - bucket.at) / 1000) * perSecond);
    bucket.at = at;
    const wanted = Math.min(amount, burst);
    if (bucket.tokens < wanted) return Math.ceil((wanted - bucket.tokens) / perSecond);
    bucket.tokens -= wanted;
    return 0;
  }
}
