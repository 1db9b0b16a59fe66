import { rateLimited, unavailable } from './errors.js';

/** The limits of one lane. */
export interface LaneLimits {
  /** How many run at once. */
  readonly runningMax: number;
  /** How many wait for one key, and in total. */
  readonly waitingMaxPerKey: number;
  readonly waitingMax: number;
}

/** Where a task waits. */
export interface Place<Lane extends string> {
  readonly lane: Lane;
  /** Keys of a lane take turns, so that none waits for everything that another one sent. */
  readonly key: string;
  /** How long it waits at most. */
  readonly waitMaxMs: number;
  /** Registers a function for when nobody waits for the answer any more; calls it at once when that is so already. */
  readonly atEnd?: ((leave: () => void) => void) | undefined;
}

export interface FairQueueOptions<Lane extends string> {
  /** How many run at once, in all lanes. */
  readonly runningMax: number;
  /** What waits in this lane comes before all others, which take turns by lane. */
  readonly first: Lane;
  readonly lanes: Readonly<Record<Lane, LaneLimits>>;
  /** The error of a task whose turn did not come in time; RATE_LIMITED by default. */
  readonly late?: () => Error;
}

interface Waiter {
  readonly key: string;
  go(): void;
  refuse(error: Error): void;
}

/** When to retry, after the queue was full or too slow. */
const RETRY_SECONDS = 2;
const full = () => rateLimited('Too many requests wait for this; try again later.', RETRY_SECONDS);

/** Runs few tasks at once; the others wait for their turns: by lane, and in a lane by key. */
export class FairQueue<Lane extends string> {
  readonly #options: FairQueueOptions<Lane>;
  /** In the order of their turns. */
  readonly #lanes: LaneOf<Lane>[];

  constructor(options: FairQueueOptions<Lane>) {
    this.#options = options;
    const names = Object.keys(options.lanes) as Lane[];
    this.#lanes = names.map((name) => new LaneOf(name, options.lanes[name]));
  }

  get waiting(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.waiting, 0);
  }

  /** @throws Refusal RATE_LIMITED when too many wait; `late` after too long; UNAVAILABLE when nobody waits any more. */
  async run<T>(place: Place<Lane>, task: () => Promise<T>): Promise<T> {
    const lane = this.#lane(place.lane);
    await this.#turn(lane, place);
    try {
      return await task();
    } finally {
      lane.running -= 1;
      this.#advance();
    }
  }

  #lane(name: Lane): LaneOf<Lane> {
    const lane = this.#lanes.find((one) => one.name === name);
    if (lane === undefined) throw new Error(`there is no lane ${name}`);
    return lane;
  }

  /** Resolves when its turn comes; it counts as running by then. */
  async #turn(lane: LaneOf<Lane>, { key, waitMaxMs, atEnd }: Place<Lane>): Promise<void> {
    const { promise, resolve, reject } = promiseWithResolvers();
    const waiter: Waiter = { key, go: resolve, refuse: reject };
    // Most have had their turn when nobody waits any more: an error for each would cost more than the turn.
    const leave = (why: () => Error) => {
      if (lane.remove(waiter)) reject(why());
    };
    lane.add(waiter);
    const { late = full } = this.#options;
    const timer = setTimeout(() => leave(late), waitMaxMs);
    atEnd?.(() => leave(unavailable));
    this.#advance();
    try {
      await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  #advance(): void {
    while (this.#lanes.reduce((sum, { running }) => sum + running, 0) < this.#options.runningMax) {
      const lane = this.#next();
      if (lane === undefined) return;
      lane.running += 1;
      lane.take()?.go();
    }
  }

  #next(): LaneOf<Lane> | undefined {
    const ready = this.#lanes.filter((lane) => lane.isReady);
    const lane = ready.find(({ name }) => name === this.#options.first) ?? ready[0];
    if (lane === undefined) return undefined;
    this.#lanes.splice(this.#lanes.indexOf(lane), 1);
    this.#lanes.push(lane);
    return lane;
  }
}

class LaneOf<Name extends string> {
  readonly name: Name;
  readonly #limits: LaneLimits;
  /** In the order of their turns. */
  readonly #waiters = new Map<string, Waiter[]>();
  running = 0;
  waiting = 0;

  constructor(name: Name, limits: LaneLimits) {
    this.name = name;
    this.#limits = limits;
  }

  get isReady(): boolean {
    return this.waiting > 0 && this.running < this.#limits.runningMax;
  }

  /** @throws Refusal RATE_LIMITED. In a full lane, the key with the most waiters makes room for one that has fewer. */
  add(waiter: Waiter): void {
    const own = this.#waiters.get(waiter.key) ?? [];
    if (own.length >= this.#limits.waitingMaxPerKey) throw full();
    if (this.waiting >= this.#limits.waitingMax) this.#makeRoom(own.length);
    own.push(waiter);
    this.#waiters.set(waiter.key, own);
    this.waiting += 1;
  }

  #makeRoom(ownLength: number): void {
    let most: readonly Waiter[] = [];
    for (const waiters of this.#waiters.values()) if (waiters.length > most.length) most = waiters;
    const last = most.length > ownLength + 1 ? most.at(-1) : undefined;
    if (last === undefined) throw full();
    this.remove(last);
    last.refuse(full());
  }

  /** False when it does not wait any more. */
  remove(waiter: Waiter): boolean {
    const own = this.#waiters.get(waiter.key) ?? [];
    const place = own.indexOf(waiter);
    if (place < 0) return false;
    own.splice(place, 1);
    if (own.length === 0) this.#waiters.delete(waiter.key);
    this.waiting -= 1;
    return true;
  }

  /** The first waiter of the key whose turn it is; the key's next turn comes after those of all others. */
  take(): Waiter | undefined {
    const [turn] = this.#waiters;
    if (turn === undefined) return undefined;
    const [key, own] = turn;
    const waiter = own.shift();
    this.#waiters.delete(key);
    if (own.length > 0) this.#waiters.set(key, own);
    this.waiting -= 1;
    return waiter;
  }
}

function promiseWithResolvers() {
  let resolve = () => {};
  let reject = (_: Error) => {};
  const promise = new Promise<void>((done, fail) => {
    resolve = done;
    reject = fail;
  });
  return { promise, resolve, reject };
}
