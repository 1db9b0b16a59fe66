import { and, eq, inArray, type SQL } from 'drizzle-orm';
import { pgTable, text } from 'drizzle-orm/pg-core';
import type { Db } from '../../db/open.js';
import { holdsOn, isInForce, type RoleScope } from '../assignments/index.js';
import { type AssignmentRow, roleAssignments } from '../assignments/tables.js';
import { type GroupRow, groupMembers, groups } from '../groups/tables.js';

/**
 * That a user holds something by an assignment, its own or a group's. No table is called so: statements that list
 * holdings name a part of themselves `holdings`, with these columns.
 */
export const holdings = pgTable('holdings', {
  userId: text('user_id').notNull(),
  assignmentId: text('assignment_id').notNull(),
  domainId: text('domain_id'),
});

/** An assignment, seen from a user who holds by it. */
export interface Holding {
  readonly userId: string;
  readonly assignment: AssignmentRow;
  /** The group whose member the user is; null for the user's own. */
  readonly group: GroupRow | null;
}

/** By what users hold roles on a scope at a time, by user. */
export async function readHoldings(
  db: Db,
  userIds: readonly string[],
  scope: RoleScope,
  now: Date,
): Promise<ReadonlyMap<string, readonly Holding[]>> {
  const found = new Map<string, Holding[]>();
  if (userIds.length === 0) return found;
  const where = holdsOn(scope);
  for (const holding of [...(await own(db, userIds, where)), ...(await ofGroups(db, userIds, where))]) {
    if (!isInForce(holding.assignment, now)) continue;
    const others = found.get(holding.userId) ?? [];
    others.push(holding);
    found.set(holding.userId, others);
  }
  return found;
}

async function own(db: Db, userIds: readonly string[], where: SQL | undefined): Promise<Holding[]> {
  const rows = await db
    .select()
    .from(roleAssignments)
    .where(and(inArray(roleAssignments.userId, [...userIds]), where));
  return rows.map((assignment) => ({ userId: assignment.userId ?? '', assignment, group: null }));
}

async function ofGroups(db: Db, userIds: readonly string[], where: SQL | undefined): Promise<Holding[]> {
  return db
    .select({ userId: groupMembers.userId, assignment: roleAssignments, group: groups })
    .from(groupMembers)
    .innerJoin(groups, eq(groups.id, groupMembers.groupId))
    .innerJoin(roleAssignments, eq(roleAssignments.groupId, groupMembers.groupId))
    .where(and(inArray(groupMembers.userId, [...userIds]), where));
}
