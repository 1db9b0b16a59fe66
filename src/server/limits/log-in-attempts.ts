import { LRUCache } from 'lru-cache';

interface Attempts {
  /** Since the last success. */
  failures: number;
  /** Until when nothing more is tried, in milliseconds. */
  until: number;
}

/** The wrong password that makes the next one wait. Those under way count, so some right ones at once must pass too. */
const FREE_FAILURES = 5;
const WAIT_FIRST_MS = 2000;
/** A pair that waited so long after its wait begins anew. */
const FORGOTTEN_MS = 900_000;
/** More pairs than this are not remembered, of either kind: the one longest unused begins anew. */
const PAIRS_MAX = 50_000;
const KEY_CHARACTERS_MAX = 256;

/**
 * Makes those who try passwords for one name from one address wait, twice as long after each wrong one, up to a bound.
 * Nobody is locked out by what others try elsewhere, and a name that nobody has is treated like any other.
 */
export class LogInAttempts {
  readonly #waitMaxMs: number;
  readonly #pairs = new LRUCache<string, Attempts>({ max: PAIRS_MAX });
  /** Pairs that gave the right password. Apart, so that no number of wrong ones makes them forgotten. */
  readonly #known = new LRUCache<string, true>({ max: PAIRS_MAX });

  /** @param waitMaxMs 0 makes nobody wait. */
  constructor(waitMaxMs: number) {
    this.#waitMaxMs = waitMaxMs;
  }

  /** Whether the name logged in from this address before. */
  isKnown(clientAddress: string, name: string): boolean {
    return this.#known.get(keyOf(clientAddress, name)) ?? false;
  }

  /** Counts a password as wrong before it is checked, so that many at once wait too. Answers the seconds to wait; 0 to go on. */
  begin(clientAddress: string, name: string, now: Date): number {
    if (this.#waitMaxMs === 0) return 0;
    const at = now.getTime();
    const key = keyOf(clientAddress, name);
    const attempts = this.#pairs.get(key) ?? { failures: 0, until: 0 };
    this.#pairs.set(key, attempts);
    // A clock that was set back makes nobody wait longer than the bound.
    attempts.until = Math.min(attempts.until, at + this.#waitMaxMs);
    if (at < attempts.until) return Math.ceil((attempts.until - at) / 1000);
    if (at > attempts.until + FORGOTTEN_MS) attempts.failures = 0;
    attempts.failures += 1;
    const doublings = attempts.failures - FREE_FAILURES;
    const wait = doublings < 0 ? 0 : Math.min(this.#waitMaxMs, WAIT_FIRST_MS * 2 ** Math.min(doublings, 30));
    attempts.until = at + wait;
    return 0;
  }

  /** Forgets what was wrong before. */
  succeeded(clientAddress: string, name: string): void {
    const key = keyOf(clientAddress, name);
    this.#pairs.delete(key);
    this.#known.set(key, true);
  }
}

const keyOf = (clientAddress: string, name: string) => `${clientAddress} ${name}`.slice(0, KEY_CHARACTERS_MAX);
