import { type Feed, RIGHTS_TOPIC, readEpoch } from '../../authority/index.js';
import type { RootDb } from '../../db/open.js';
import { type ChangeNotifier, type Listener, RecentEvents } from '../../events/index.js';
import type { StreamMetrics } from '../metrics/stream-metrics.js';
import { Look } from './look.js';
import { Turns } from './turns.js';

/** How long a look may decide: rights may have changed in another process whose notification is still on its way. */
const FRESH_MS = 250;
/** The same for a heartbeat, which reveals nothing. */
const SIGN_FRESH_MS = 1000;

export interface LookoutOptions {
  readonly db: RootDb;
  readonly notifier: ChangeNotifier;
  readonly metrics: StreamMetrics;
  /** How many streams use the database at a time; the others wait in line. */
  readonly atOnce: number;
}

/** A stream that follows a feed. */
export interface Follower {
  /** The id of its caller's credential; the streams of one caller come one after another. */
  readonly caller: string;
  readonly listener: Listener;
  readonly signal: AbortSignal;
  /** Whether it only needs a heartbeat. */
  readonly isSign: boolean;
}

interface Begun {
  readonly look: Promise<Look>;
  /** The look includes every change that was notified before this moment. */
  readonly moment: number;
}

/**
 * Looks at the database for all streams of a process. One look serves every stream that was woken before it began, so
 * the cost of streams grows with their callers and not with their number. A stream that was woken later waits for the
 * next look: a running one may have read before the change.
 */
export class Lookout {
  readonly metrics: StreamMetrics;
  /** The handle that streams read with. */
  readonly db: RootDb;
  readonly #notifier: ChangeNotifier;
  readonly #turns: Turns;
  /** The followed feeds, each with its number of followers. */
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
   * Starts to follow a feed. The listener is notified of the feed's events, of changed rights, and of whatever happens
   * to the caller: an agent's trust changes without its rights.
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

  /** Runs at the follower's turn, with a look that includes all it was notified of; not at all once it has ended. */
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

  /** Only streams that were woken before a look began share it. */
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

  /** Events come first: the rights that decide on an event were read after its commit. */
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
