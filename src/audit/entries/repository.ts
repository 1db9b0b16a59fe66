import { and, desc, gte, inArray, lt, type SQL } from 'drizzle-orm';
import { anyOf, type Values } from '../../db/among.js';
import { isBelow } from '../../db/by-id.js';
import { isOnPage } from '../../db/in-order.js';
import type { Db, Tx } from '../../db/open.js';
import type { AuditAction, AuditTargetType } from '../../generated/graphql.js';
import { type Id, lowestId } from '../../platform/ids.js';
import type { PageRequest } from '../../platform/pagination.js';
import type { Visible } from '../../platform/policy/index.js';
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

export async function insert(tx: Tx, rows: readonly AuditEntryRow[]): Promise<void> {
  if (rows.length > 0) await tx.insert(auditEntries).values([...rows]);
}

/** Newest first: ids are ordered by time. */
export function list(
  db: Db,
  visible: Visible<typeof auditEntries>,
  filter: EntryFilter,
  page: PageRequest,
): Promise<AuditEntryRow[]> {
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
  const part = { columns: [id], direction: 'DESC', isBehind: isBelow(id, page), limit: page.first + 1 } as const;
  return db
    .select()
    .from(auditEntries)
    .where(isOnPage(auditEntries, wanted, part))
    .orderBy(desc(id))
    .limit(part.limit);
}

/** The times exactly, and the ids that they can have, which partitions and indexes are ordered by. */
function occurredWithin({ since, until }: EntryFilter): (SQL | undefined)[] {
  const { id, occurredAt } = auditEntries;
  return [
    since ? and(gte(id, lowestId('AuditEntry', shifted(since, -EARLIER_APART_MS))), gte(occurredAt, since)) : undefined,
    until ? and(lt(id, lowestId('AuditEntry', shifted(until, EARLIER_APART_MS))), lt(occurredAt, until)) : undefined,
  ];
}

/** Entries of earlier versions got their id at the end of their transaction; now an id has the entry's own time. */
const EARLIER_APART_MS = 60_000;
const shifted = (time: Date, ms: number): Date => new Date(time.getTime() + ms);

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
