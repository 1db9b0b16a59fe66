import DataLoader from 'dataloader';
import { type AuthorizationContext, type Context, type Feed, isCurrent, isOver } from '../../authority/index.js';
import type { Db } from '../../db/open.js';
import type { EventRow, Piece, RecentEvents } from '../../events/index.js';
import type { StreamMetrics } from '../metrics/stream-metrics.js';

/** The presented credential and the scope, which a session does not have of its own: together one caller forever. */
export const callerKey = ({ actor, requestId }: Context): string =>
  actor.token === null ? requestId : JSON.stringify([actor.token.id, actor.where]);

/** What a look read about a caller, for all its streams. */
interface Caller {
  readonly authorization: AuthorizationContext;
  readonly loadsFor: object;
}

/** What streams share: what was committed until a moment, and the callers and objects as they are at it. */
export class Look {
  readonly readAt = performance.now();
  readonly #db: Db;
  readonly #epoch: number;
  readonly #recent: ReadonlyMap<Feed, RecentEvents>;
  readonly #metrics: StreamMetrics;
  readonly #callers = new Map<string, Promise<Caller>>();
  readonly #objects = new Map<Feed, DataLoader<string, object | null>>();

  constructor(db: Db, epoch: number, recent: ReadonlyMap<Feed, RecentEvents>, metrics: StreamMetrics) {
    this.#db = db;
    this.#epoch = epoch;
    this.#recent = recent;
    this.#metrics = metrics;
  }

  /** The position after which nothing is committed yet. */
  endOf(feed: Feed): number {
    return this.#recentOf(feed).end;
  }

  /** @param objectIds The objects whose events are wanted; null for all. */
  behind(feed: Feed, position: number, objectIds: ReadonlySet<string> | null): Promise<Piece> {
    return this.#recentOf(feed).behind(this.#db, position, objectIds);
  }

  /**
   * The caller of a stream, as it is at this look, and the policies in force. Read once for all streams of the same
   * token or key, and not at all while no rights have changed.
   *
   * @param before What was last known about the caller.
   * @throws Refusal UNAUTHENTICATED when its credential is no longer valid.
   */
  async contextFor(request: Context, before: AuthorizationContext): Promise<Context> {
    const now = request.clock.now();
    const key = callerKey(request);
    const known = this.#callers.get(key);
    const shared = known && (await known);
    if (shared !== undefined && !isOver(shared.authorization.actor, now)) {
      this.#metrics.lookedUp('shared');
      return { ...request, ...shared.authorization, loadsFor: shared.loadsFor };
    }
    const found = this.#find(request, before, now);
    this.#callers.set(key, found);
    const { authorization, loadsFor } = await found;
    return { ...request, ...authorization, loadsFor };
  }

  async #find(request: Context, before: AuthorizationContext, now: Date): Promise<Caller> {
    const isSame = isCurrent(before.actor, this.#epoch, now);
    this.#metrics.lookedUp(isSame ? 'shared' : 'made');
    const { actor, policies, candidate } = isSame ? before : await request.reauthenticate(this.#db);
    return { authorization: { actor, policies, candidate }, loadsFor: {} };
  }

  /** The first of some events, in order, whose object still exists and that the caller may see. */
  async firstOf(
    feed: Feed,
    events: readonly EventRow[],
    authorization: AuthorizationContext,
    tells: ReturnType<NonNullable<Feed['tells']>>,
  ): Promise<EventRow | undefined> {
    const objects = await this.objectsOf(feed, events, authorization);
    return events.find((event) => {
      const object = objects.get(event.objectId);
      return object !== undefined && tells(authorization, event, object);
    });
  }

  /** The objects of events that still exist, by id, with what decides whether this caller may see them. */
  async objectsOf(
    feed: Feed,
    events: readonly EventRow[],
    authorization: AuthorizationContext,
  ): Promise<ReadonlyMap<string, object>> {
    const ids = [...new Set(events.map(({ objectId }) => objectId))];
    const loaded = await Promise.all(ids.map((id) => this.#loaderOf(feed, authorization).load(id)));
    const found = ids.flatMap((id, index) => (loaded[index] == null ? [] : [[id, loaded[index]] as const]));
    const objects = found.map(([, object]) => object);
    const related = (await feed.related?.(this.#db, authorization, objects)) ?? objects;
    return new Map(found.map(([id], index) => [id, related[index]]));
  }

  #recentOf(feed: Feed): RecentEvents {
    const recent = this.#recent.get(feed);
    if (recent === undefined) throw new Error(`A look for ${feed.type} began before anybody followed it.`);
    return recent;
  }

  #loaderOf(feed: Feed, authorization: AuthorizationContext): DataLoader<string, object | null> {
    const known = this.#objects.get(feed);
    if (known !== undefined) return known;
    const loader = new DataLoader<string, object | null>(async (ids) => {
      const found = await feed.objects(this.#db, ids, authorization);
      return ids.map((id) => found.get(id) ?? null);
    });
    this.#objects.set(feed, loader);
    return loader;
  }
}
