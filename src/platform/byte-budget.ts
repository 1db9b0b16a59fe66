import { unavailable } from './errors.js';

/** When to retry: most leases end within seconds. */
const RETRY_SECONDS = 2;

/** One holder's part of the budget, so that nobody can take what others need. */
const HOLDERS_SHARE = 5 / 6;

export interface ByteBudgetOptions {
  /** Bytes in total. */
  readonly max: number;
  /** Called at each refusal, with the limit that was reached. */
  readonly onRefusal?: (limit: 'all' | 'caller') => void;
}

/**
 * Memory that a process may fill with content at a time. It is taken before anything is loaded; nothing waits, and what
 * does not fit is refused.
 */
export class ByteBudget {
  readonly #options: ByteBudgetOptions;
  readonly #maxPerHolder: number;
  readonly #held = new Map<string, number>();
  #inUse = 0;
  #free: (bytes: number) => void = () => {};

  constructor(options: ByteBudgetOptions) {
    this.#options = options;
    this.#maxPerHolder = Math.floor(options.max * HOLDERS_SHARE);
  }

  get inUse(): number {
    return this.#inUse;
  }

  get max(): number {
    return this.#options.max;
  }

  /** Sets the function that frees what can be loaded again, when others need this many bytes. */
  whenShort(free: (bytes: number) => void): void {
    this.#free = free;
  }

  /** A lease that is still empty, for a holder; null for what the process keeps for all. */
  lease(holder: string | null): Lease {
    let own = 0;
    let hasEnded = false;
    const change = (bytes: number) => {
      own += bytes;
      this.#change(holder, bytes);
    };
    return {
      take: (bytes) => {
        if (hasEnded) throw new Error('the lease has ended');
        this.#requireRoom(holder, bytes);
        change(bytes);
      },
      give: (bytes) => change(-Math.min(bytes, own)),
      end: () => {
        hasEnded = true;
        change(-own);
      },
    };
  }

  /** Runs a function with a lease that ends with it. */
  async lend<T>(holder: string | null, run: (lease: Lease) => Promise<T>): Promise<T> {
    const lease = this.lease(holder);
    try {
      return await run(lease);
    } finally {
      lease.end();
    }
  }

  #requireRoom(holder: string | null, bytes: number): void {
    const { max } = this.#options;
    if (holder !== null && (this.#held.get(holder) ?? 0) + bytes > this.#maxPerHolder) this.#refuse('caller');
    const missing = this.#inUse + bytes - max;
    if (missing > 0) this.#free(missing);
    if (this.#inUse + bytes > max) this.#refuse('all');
  }

  #refuse(limit: 'all' | 'caller'): never {
    this.#options.onRefusal?.(limit);
    const message =
      limit === 'all'
        ? 'The server holds as much content as it has memory for; try again.'
        : 'The caller has as much content under way as one may have at a time; try again when that is done.';
    throw unavailable(message, RETRY_SECONDS);
  }

  #change(holder: string | null, bytes: number): void {
    this.#inUse += bytes;
    if (holder === null) return;
    const held = (this.#held.get(holder) ?? 0) + bytes;
    if (held > 0) this.#held.set(holder, held);
    else this.#held.delete(holder);
  }
}

/** The part of a budget that one holder has. */
export interface Lease {
  /** @throws Refusal UNAVAILABLE when there is no room for this many more bytes. */
  take(bytes: number): void;
  /** Gives some of it back. */
  give(bytes: number): void;
  /** Gives all of it back. */
  end(): void;
}
