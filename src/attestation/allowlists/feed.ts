import { and, asc, eq, getTableColumns, gt } from 'drizzle-orm';
import type { Context, Feed } from '../../authority/index.js';
import { among, type Values } from '../../db/among.js';
import { type EventRow, events } from '../../events/index.js';
import { allowlistGet } from './policies.js';
import { allowlists } from './tables.js';

export const ALLOWLIST_PUBLISHED = 'allowlist.published';

interface Watch {
  readonly filter?: { readonly allowlistIds?: Values } | null | undefined;
}

/** Revisions that come into force, of the lists that the caller may read. */
export const allowlistFeed: Feed = {
  type: ALLOWLIST_PUBLISHED,
  async next({ db, policies, actor }: Context, { filter }: Watch, after: number): Promise<EventRow | undefined> {
    const visible = policies.visible([allowlistGet], actor, allowlists);
    const [event] = await db
      .select(getTableColumns(events))
      .from(events)
      .innerJoin(allowlists, eq(allowlists.id, events.objectId))
      .where(
        and(
          eq(events.type, ALLOWLIST_PUBLISHED),
          gt(events.position, after),
          visible.where,
          among(allowlists.id, filter?.allowlistIds),
        ),
      )
      .orderBy(asc(events.position))
      .limit(1);
    return event;
  },
};
