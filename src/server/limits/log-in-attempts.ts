import { LRUCache } from 'lru-cache';

interface Attempts {
  /** Since the last success. */
  failures: number;
  /** Until when every attempt is refused, in milliseconds since 1970. */
  until: number;
}

/** The wrong password that makes the next one wait. Running checks count too, so a few right ones at once must pass. */
const FREE_FAILURES = 5;
const WAIT_FIRST_MS = 2000;
/** A pair that stays away this long after its wait starts again from zero. */
const FORGOTTEN_MS = 900_000;
/** How many pairs of each kind are remembered; beyond, the one longest unused starts again from zero. */
const PAIRS_MAX = 50_000;
const KEY_CHARACTERS_MAX = 256;

/**
 * Makes clients that try passwords for one name from one address wait, twice as long after each wrong one, up to a
 * bound. Nobody is locked out by attempts from elsewhere, and a name that no user has is treated like any other.
 */
export class LogInAttempts {
  readonly #waitMaxMs: number;
  readonly #pairs = new LRUCache<string, Attempts>({ max: PAIRS_MAX });
  /** Pairs that gave the right password. Kept apart, so that no number of wrong passwords pushes them out. */
  readonly #known = new LRUCache<string, true>({ max: PAIRS_MAX });

  /** @param waitMaxMs 0 means that nobody waits. */
  constructor(waitMaxMs: number) {
    this.#waitMaxMs = waitMaxMs;
  }

  /** Whether the name logged in from this address before. */
  isKnown(clientAddress: string, name: string): boolean {
    return this.#known.get(keyOf(clientAddress, name)) ?? false;
  }

  /** Counts a password as wrong before its check, so parallel ones wait too. Returns seconds to wait; 0 to go on. */
  begin(clientAddress: string, name: string, now: Date): number {
    if (this.#waitMaxMs === 0) return 0;
    const at = now.getTime();
    const key = keyOf(clientAddress, name);
    const attempts = this.#pairs.get(key) ?? { failures: 0, until: 0 };
    this.#pairs.set(key, attempts);
    // After a clock was set back, nobody waits longer than the bound.
    attempts.until = Math.min(attempts.until, at + this.#waitMaxMs);
    if (at < attempts.until) return Math.ceil((attempts.until - at) / 1000);
    if (at > attempts.until + FORGOTTEN_MS) attempts.failures = 0;
    attempts.failures += 1;
    const doublings = attempts.failures - FREE_FAILURES;
    const wait = doublings < 0 ? 0 : Math.min(this.#waitMaxMs, WAIT_FIRST_MS * 2 ** Math.min(doublings, 30));
    attempts.until = at + wait;
    return 0;
  }

  /** Forgets earlier wrong passwords. */
  succeeded(clientAddress: string, name: string): void {
    const key = keyOf(clientAddress, name);
    this.#pairs.delete(key);
    this.#known.set(key, true);
  }
}

const keyOf = (clientAddress: string, name: string) => `${clientAddress} ${name}`.slice(0, KEY_CHARACTERS_MAX);
