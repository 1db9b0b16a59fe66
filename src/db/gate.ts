/**
 * What a connection is for: `write` transactions of authenticated callers, `read` their other statements, `caller` to
 * look up a credential that was valid before, `stranger` everything of callers that are not authenticated yet, `stream`
 * reads for event streams, `chore` the server's own work.
 */
export const SHARES = ['read', 'write', 'caller', 'stranger', 'stream', 'chore'] as const;
export type Share = (typeof SHARES)[number];

export interface ShareLimit {
  /** Connections that no other share may take. */
  readonly kept: number;
  /** Connections at most: its own, and those that are kept for no share. */
  readonly most: number;
}
export type ShareLimits = Readonly<Record<Share, ShareLimit>>;

/** With fewer connections, not every share can have one. */
export const CONNECTIONS_MIN = 6;

/**
 * How connections are divided. Transactions may wait for locks, and may wait on all the connections they can get; so
 * reads and look-ups of callers have connections that transactions cannot take.
 * @param connections At least `CONNECTIONS_MIN`.
 */
export function sharesOf(connections: number): ShareLimits {
  const part = (share: number) => Math.max(1, Math.floor(connections * share));
  return {
    read: { kept: part(0.2), most: connections },
    write: { kept: part(0.3), most: part(0.5) },
    caller: { kept: part(0.1), most: connections },
    stranger: { kept: 1, most: part(0.25) },
    stream: { kept: 1, most: part(0.25) },
    chore: { kept: 0, most: part(0.2) },
  };
}

/** With one connection nothing can be kept: shares take turns. */
export const ONE_CONNECTION = Object.fromEntries(SHARES.map((share) => [share, { kept: 0, most: 1 }])) as ShareLimits;

/** No connection came free in time, or too many already wait for one; no statement was sent. */
export class NoConnection extends Error {
  readonly code = 'NO_CONNECTION';
  constructor(share: Share, why: string) {
    super(`No connection for a ${share}: ${why}.`);
  }
}

/** When this many wait, more are refused at once: they would wait in vain. */
const WAITING_MAX = 5_000;

interface Waiting {
  enter(): void;
}

export interface GateUse {
  readonly inUse: number;
  readonly waiting: number;
  readonly refused: number;
}

interface Lane extends ShareLimit {
  readonly share: Share;
  readonly waiting: Set<Waiting>;
  inUse: number;
  refused: number;
}

/** Admits as many at a time as there are connections. Waiting is bounded and fair: shares take turns, each in order. */
export class Gate {
  readonly #waitMaxMs: number;
  readonly #lanes: ReadonlyMap<Share, Lane>;
  /** Ordered by whose turn comes first. */
  readonly #turns: Lane[];
  #free: number;

  constructor(connections: number, limits: ShareLimits, waitMaxMs: number) {
    this.#free = connections;
    this.#waitMaxMs = waitMaxMs;
    this.#turns = SHARES.map((share) => ({ share, ...limits[share], waiting: new Set(), inUse: 0, refused: 0 }));
    this.#lanes = new Map(this.#turns.map((lane) => [lane.share, lane]));
  }

  /** Runs a function that holds one connection until it settles. @throws NoConnection when none came free in time. */
  async pass<T>(share: Share, run: () => PromiseLike<T>): Promise<T> {
    const lane = this.#lane(share);
    if (lane.waiting.size === 0 && this.#mayEnter(lane)) this.#enter(lane);
    else await this.#wait(lane);
    try {
      return await run();
    } finally {
      this.#free += 1;
      lane.inUse -= 1;
      this.#admit();
    }
  }

  use(share: Share): GateUse {
    const { inUse, waiting, refused } = this.#lane(share);
    return { inUse, waiting: waiting.size, refused };
  }

  #lane(share: Share): Lane {
    return this.#lanes.get(share) as Lane;
  }

  #mayEnter(lane: Lane): boolean {
    if (this.#free === 0 || lane.inUse >= lane.most) return false;
    if (lane.inUse < lane.kept) return true;
    const kept = this.#turns.reduce((sum, other) => sum + Math.max(0, other.kept - other.inUse), 0);
    return this.#free > kept;
  }

  #enter(lane: Lane): void {
    this.#free -= 1;
    lane.inUse += 1;
  }

  #wait(lane: Lane): Promise<void> {
    return new Promise((resolve, reject) => {
      const refuse = (why: string) => {
        lane.refused += 1;
        reject(new NoConnection(lane.share, why));
      };
      if (lane.waiting.size >= WAITING_MAX) return refuse(`${WAITING_MAX} wait already`);
      const timer = setTimeout(() => {
        lane.waiting.delete(waiting);
        refuse(`none came free in ${this.#waitMaxMs} ms`);
      }, this.#waitMaxMs);
      const waiting: Waiting = {
        enter: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      lane.waiting.add(waiting);
    });
  }

  /** A share that was admitted goes to the end of the turns. */
  #admit(): void {
    for (let lane = this.#next(); lane !== undefined; lane = this.#next()) {
      const [first] = lane.waiting;
      if (first === undefined) return;
      lane.waiting.delete(first);
      this.#enter(lane);
      this.#turns.push(...this.#turns.splice(this.#turns.indexOf(lane), 1));
      first.enter();
    }
  }

  #next(): Lane | undefined {
    return this.#turns.find((lane) => lane.waiting.size > 0 && this.#mayEnter(lane));
  }
}
