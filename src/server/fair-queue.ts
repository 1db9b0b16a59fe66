import { rateLimited, unavailable } from '../platform/errors.js';
import { FairPool } from './fair-pool.js';

/** When to come back to a queue that was full. */
const RETRY_SECONDS = 1;

interface Waiter {
  readonly begin: () => void;
  readonly refuse: (reason: Error) => void;
}

export interface QueueBounds {
  /** Pieces of work under way at a time; 0 sets no bound. */
  readonly underWay: number;
  readonly waiting: number;
  /** How long one waits at most. */
  readonly patienceMs: number;
}

/** Runs a bounded number of pieces of work at a time; keys take turns, however much each of them has waiting. */
export class FairQueue {
  readonly #bounds: QueueBounds;
  readonly #waiting: FairPool<Waiter>;
  #underWay = 0;

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds;
    this.#waiting = new FairPool(bounds.waiting);
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** @throws RATE_LIMITED when too much waits, most of it this key's; UNAVAILABLE when its turn does not come. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const isFree = this.#bounds.underWay === 0 || this.#underWay < this.#bounds.underWay;
    if (isFree) this.#underWay += 1;
    else await this.#turn(key);
    try {
      return await work();
    } finally {
      const next = this.#waiting.takeInTurn();
      if (next) next.begin();
      else this.#underWay -= 1;
    }
  }

  async #turn(key: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((begin, refuse) => {
        const waiter: Waiter = { begin, refuse };
        const giveUp = () => void (this.#waiting.delete(key, waiter) && refuse(unavailable()));
        timer = setTimeout(giveUp, this.#bounds.patienceMs);
        this.#waiting.add(key, waiter)?.refuse(rateLimited('Too many requests at once.', RETRY_SECONDS));
      });
    } finally {
      clearTimeout(timer);
    }
  }
}
