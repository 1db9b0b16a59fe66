import { and, inArray } from 'drizzle-orm';
import { anyOf, type Values } from '../../db/among.js';
import { isBelow } from '../../db/by-id.js';
import { inOrder, isOnPage } from '../../db/in-order.js';
import { insertRows } from '../../db/insert-rows.js';
import type { Db, Tx } from '../../db/open.js';
import { pageOf, rowsOf } from '../../db/rows.js';
import type { AuditAction, AuditTargetType } from '../../generated/graphql.js';
import { type Id, lowestId } from '../../platform/ids.js';
import type { PageRequest } from '../../platform/pagination.js';
import type { Visible } from '../../platform/policy/index.js';
import { type Clause, type Condition, clause } from '../../platform/sql/clause.js';
import { type AuditEntryRow, auditEntries } from './tables.js';
import { actions, targetTypes } from './words.js';

export interface EntryFilter {
  readonly actions?: Values<AuditAction>;
  readonly outcomes?: readonly AuditEntryRow['outcome'][] | null | undefined;
  readonly targetTypes?: Values<AuditTargetType>;
  readonly targetIds?: Values;
  readonly actorIds?: Values;
  readonly actorNames?: Values;
  readonly domainIds?: Values<Id<'Domain'>>;
  readonly projectIds?: Values<Id<'Project'>>;
  readonly since?: Date | null | undefined;
  readonly until?: Date | null | undefined;
}

export const insert = (tx: Tx, rows: readonly AuditEntryRow[]): Promise<void> => insertRows(tx, auditEntries, rows);

type VisibleEntries = Visible<typeof auditEntries>;

/** Newest first: ids are ordered by time. */
export function list(
  db: Db,
  visible: VisibleEntries,
  filter: EntryFilter,
  page: PageRequest,
): Promise<AuditEntryRow[]> {
  const { where, orderBy, limit } = newest(visible, filter, isBelow(auditEntries.id, page), page.first + 1);
  return pageOf(db, auditEntries, { where, orderBy, limit });
}

/** A part of a time from its number on, and how many entries are in it. */
interface Bucket {
  readonly bucket: number;
  readonly found: number;
}

/** Counts the newest entries of a time, at most so many, in parts of equal length. Empty parts are missing. */
export function countByTime(
  db: Db,
  visible: VisibleEntries,
  filter: EntryFilter & { readonly since: Date; readonly until: Date },
  { buckets, limit }: { readonly buckets: number; readonly limit: number },
): Promise<readonly Bucket[]> {
  const { occurredAt } = auditEntries;
  const { where, orderBy } = newest(visible, filter, undefined, limit);
  const seconds = (time: Date) => time.getTime() / 1000;
  return rowsOf<Bucket>(
    db,
    clause`select width_bucket(extract(epoch from at)::float8, ${seconds(filter.since)}::float8,
        ${seconds(filter.until)}::float8, ${buckets}::int) - 1 as bucket, count(*)::int as found
      from (select ${occurredAt} as at from ${auditEntries} where ${where} order by ${orderBy} limit ${limit}) counted
      group by 1`,
  );
}

/** The newest entries of those that are asked for, as a page of at most so many. */
function newest(visible: VisibleEntries, filter: EntryFilter, isBehind: Clause | undefined, limit: number) {
  const { id } = auditEntries;
  const filters = [
    anyOf(auditEntries.targetId, filter.targetIds),
    anyOf(auditEntries.actorId, filter.actorIds),
    anyOf(auditEntries.actorName, filter.actorNames),
    actions.anyOf(auditEntries.action, filter.actions),
    targetTypes.anyOf(auditEntries.targetType, filter.targetTypes),
    anyOf(auditEntries.projectId, filter.projectIds),
    anyOf(auditEntries.outcome, filter.outcomes),
    anyOf(auditEntries.domainId, filter.domainIds),
  ];
  const wanted = { visible, few: 'actor_id', filters, also: occurredWithin(filter) };
  const part = { columns: [id], direction: 'DESC', isBehind, limit } as const;
  return { where: isOnPage(auditEntries, wanted, part), orderBy: inOrder(part.columns, part.direction), limit };
}

/** The times exactly, and the ids that they can have, which partitions and indexes are ordered by. */
function occurredWithin({ since, until }: EntryFilter): Condition[] {
  const { id, occurredAt } = auditEntries;
  const idAt = (time: Date, apartMs: number) => lowestId('AuditEntry', new Date(time.getTime() + apartMs));
  return [
    since ? clause`${id} >= ${idAt(since, -EARLIER_APART_MS)} and ${occurredAt} >= ${since}` : undefined,
    until ? clause`${id} < ${idAt(until, EARLIER_APART_MS)} and ${occurredAt} < ${until}` : undefined,
  ];
}

/** Entries of earlier versions got their id at the end of their transaction; now an id has the entry's own time. */
const EARLIER_APART_MS = 60_000;

export function listByIds(
  db: Db,
  visible: Visible<typeof auditEntries>,
  ids: readonly Id<'AuditEntry'>[],
): Promise<AuditEntryRow[]> {
  return db
    .select()
    .from(auditEntries)
    .where(and(visible.where, inArray(auditEntries.id, [...ids])));
}
