import { and, inArray } from 'drizzle-orm';
import { among, type Values } from '../../db/among.js';
import { isBelow } from '../../db/by-id.js';
import { insertRows } from '../../db/insert-rows.js';
import type { Db, Tx } from '../../db/open.js';
import { pageOf } from '../../db/rows.js';
import type { AuditAction, AuditTargetType } from '../../generated/graphql.js';
import type { Id } from '../../platform/ids.js';
import type { PageRequest } from '../../platform/pagination.js';
import type { Visible } from '../../platform/policy/index.js';
import { type Condition, clause, every } from '../../platform/sql/clause.js';
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

/** Newest first: ids are ordered by time. */
export function list(
  db: Db,
  visible: Visible<typeof auditEntries>,
  filter: EntryFilter,
  page: PageRequest,
): Promise<AuditEntryRow[]> {
  const where: Condition[] = [
    visible.clause,
    actions.among(auditEntries.action, filter.actions),
    among(auditEntries.outcome, filter.outcomes),
    targetTypes.among(auditEntries.targetType, filter.targetTypes),
    among(auditEntries.targetId, filter.targetIds),
    among(auditEntries.actorId, filter.actorIds),
    among(auditEntries.actorName, filter.actorNames),
    among(auditEntries.domainId, filter.domainIds),
    among(auditEntries.projectId, filter.projectIds),
  ];
  if (filter.since) where.push(clause`${auditEntries.occurredAt} >= ${filter.since}`);
  if (filter.until) where.push(clause`${auditEntries.occurredAt} < ${filter.until}`);
  where.push(isBelow(auditEntries.id, page));
  const orderBy = clause`${auditEntries.id} desc`;
  return pageOf(db, auditEntries, { where: every(where), orderBy, limit: page.first + 1 });
}

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
