import { type Feed, RIGHTS_TOPIC, readEpoch } from '../../authority/index.js';
import type { RootDb } from '../../db/open.js';
import { type ChangeNotifier, type Listener, RecentEvents } from '../../events/index.js';
import type { StreamMetrics } from '../metrics/stream-metrics.js';
import { Look } from './look.js';
import { Turns } from './turns.js';

/** For how long after it a look decides: rights may have changed in another process, and the word of it be under way. */
const FRESH_MS = 250;
/** The same for a sign of life, which tells nothing. */
const SIGN_FRESH_MS = 1000;

export interface LookoutOptions {
  readonly db: RootDb;
  readonly notifier: ChangeNotifier;
  readonly metrics: StreamMetrics;
  /** How many streams use the database at a time; the others wait in line. */
  readonly atOnce: number;
}

/** One who follows a feed. */
export interface Follower {
  /** What its caller showed, by its id; those of one caller come one after the other. */
  readonly caller: string;
  readonly listener: Listener;
  readonly signal: AbortSignal;
  /** Whether what is wanted is only a sign of life. */
  readonly isSign: boolean;
}

interface Begun {
  readonly look: Promise<Look>;
  /** The look knows of every change that was notified before this moment. */
  readonly moment: number;
}

/**
 * Looks at the database for all streams of a process. One look serves every stream that was woken before it began, so
 * what streams cost grows with their callers and not with their number. Who was woken later waits for the next look:
 * what one that is under way has read may be from before.
 */
export class Lookout {
  readonly metrics: StreamMetrics;
  /** What streams read by. */
  readonly db: RootDb;
  readonly #notifier: ChangeNotifier;
  readonly #turns: Turns;
  /** The feeds that are followed, with how many do. */
  readonly #followed = new Map<Feed, number>();
  #recent: ReadonlyMap<Feed, RecentEvents> = new Map();
  #last: Begun | null = null;
  #next: Promise<Look> | null = null;

  constructor({ db, notifier, metrics, atOnce }: LookoutOptions) {
    this.db = db;
    this.#notifier = notifier;
    this.metrics = metrics;
    this.#turns = new Turns(atOnce);
  }

  /**
   * Begins to follow a feed. The listener is notified of its events, of changed rights, and of
   * whatever happens to the caller: an agent's trust changes without its rights.
   *
   * @param objectIds The objects whose events are wanted; null for all.
   */
  follow(
    feed: Feed,
    objectIds: ReadonlySet<string> | null,
    callerId: string,
  ): { readonly listener: Listener; unfollow(): void } {
    const wanted = { type: feed.type, objectIds };
    const rights = { type: RIGHTS_TOPIC, objectIds: null };
    const caller = { type: null, objectIds: new Set([callerId]) };
    const listener = this.#notifier.listen(wanted, rights, caller);
    this.#followed.set(feed, (this.#followed.get(feed) ?? 0) + 1);
    const unfollow = () => {
      listener.close();
      const left = (this.#followed.get(feed) ?? 1) - 1;
      if (left > 0) this.#followed.set(feed, left);
      else this.#followed.delete(feed);
    };
    return { listener, unfollow };
  }

  /** Runs with a look that knows of all that the follower was notified of, when it is its turn; not at all once it has ended. */
  async turn<T>(
    { caller, listener, signal, isSign }: Follower,
    run: (look: Look) => Promise<T>,
  ): Promise<T | undefined> {
    const asked = performance.now();
    return this.#turns.take(caller, async () => {
      this.metrics.waited(performance.now() - asked);
      if (signal.aborted) return undefined;
      listener.acknowledge();
      return run(await this.#look(listener.notifiedAt, isSign ? SIGN_FRESH_MS : FRESH_MS));
    });
  }

  async #look(after: number, freshMs: number): Promise<Look> {
    if (this.#last !== null && this.#last.moment > after) {
      const look = await this.#last.look;
      if (performance.now() - look.readAt <= freshMs) return look;
    }
    this.#next ??= this.#begin(this.#last);
    return this.#next;
  }

  /** Nobody joins a look once it has begun but who was woken before. */
  async #begin(before: Begun | null): Promise<Look> {
    await before?.look.catch(() => {});
    const begun = { look: this.#read(), moment: this.#notifier.nextMoment() };
    this.#next = null;
    this.#last = begun;
    return begun.look.catch((error: unknown) => {
      if (this.#last === begun) this.#last = null;
      throw error;
    });
  }

  /** Events come first: each is decided by rights that were read when it was committed already. */
  async #read(): Promise<Look> {
    const recent = new Map<Feed, RecentEvents>();
    for (const feed of this.#followed.keys()) {
      const known = this.#recent.get(feed);
      recent.set(feed, known ? await known.andNewer(this.db) : await RecentEvents.read(this.db, feed.type));
    }
    this.#recent = recent;
    return new Look(this.db, await readEpoch(this.db), recent, this.metrics);
  }
}
