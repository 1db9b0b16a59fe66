import { and, desc, gte, inArray, lt, type SQL } from 'drizzle-orm';
import type { Db, Tx } from '../../db/open.js';
import type { PageRequest } from '../../platform/pagination.js';
import type { Visible } from '../../platform/policy/index.js';
import { type AuditEntryRow, auditEntries } from './tables.js';

export interface EntryFilter {
  readonly actions?: readonly string[] | null | undefined;
  readonly outcomes?: readonly AuditEntryRow['outcome'][] | null | undefined;
  readonly targetIds?: readonly string[] | null | undefined;
  readonly actorIds?: readonly string[] | null | undefined;
  readonly since?: Date | null | undefined;
  readonly until?: Date | null | undefined;
}

export async function insert(tx: Tx, row: AuditEntryRow): Promise<void> {
  await tx.insert(auditEntries).values(row);
}

/** Newest first: ids are ordered by time. */
export function list(
  db: Db,
  visible: Visible<typeof auditEntries>,
  filter: EntryFilter,
  page: PageRequest,
): Promise<AuditEntryRow[]> {
  const where: (SQL | undefined)[] = [visible.where];
  if (filter.actions) where.push(inArray(auditEntries.action, [...filter.actions]));
  if (filter.outcomes) where.push(inArray(auditEntries.outcome, [...filter.outcomes]));
  if (filter.targetIds) where.push(inArray(auditEntries.targetId, [...filter.targetIds]));
  if (filter.actorIds) where.push(inArray(auditEntries.actorId, [...filter.actorIds]));
  if (filter.since) where.push(gte(auditEntries.occurredAt, filter.since));
  if (filter.until) where.push(lt(auditEntries.occurredAt, filter.until));
  const after = page.after?.[0];
  if (after !== undefined) where.push(lt(auditEntries.id, after));
  return db
    .select()
    .from(auditEntries)
    .where(and(...where))
    .orderBy(desc(auditEntries.id))
    .limit(page.first + 1);
}

export function listByIds(
  db: Db,
  visible: Visible<typeof auditEntries>,
  ids: readonly string[],
): Promise<AuditEntryRow[]> {
  return db
    .select()
    .from(auditEntries)
    .where(and(visible.where, inArray(auditEntries.id, [...ids])));
}
