import { and, eq, inArray, lte, type SQL, sql } from 'drizzle-orm';
import { pgTable, text } from 'drizzle-orm/pg-core';
import type { Db } from '../../db/open.js';
import { rowsOf } from '../../db/rows.js';
import type { Id } from '../../platform/ids.js';
import { holdsAt, holdsOn, type RoleScope } from '../assignments/index.js';
import { type AssignmentRow, roleAssignments } from '../assignments/tables.js';
import { type GroupRow, groupMembers, groups } from '../groups/tables.js';

/**
 * One row for each assignment by which a user holds a role, its own or a group's. This table does not exist: statements
 * define a subquery named `holdings` with these columns.
 */
export const holdings = pgTable('holdings', {
  userId: text('user_id').$type<Id<'User'>>().notNull(),
  assignmentId: text('assignment_id').$type<Id<'RoleAssignment'>>().notNull(),
  domainId: text('domain_id').$type<Id<'Domain'>>(),
});

/** An assignment as seen from one user who holds a role by it. */
export interface Holding {
  readonly userId: Id<'User'>;
  readonly assignment: AssignmentRow;
  /** The group that the user is a member of; null for the user's own assignment. */
  readonly group: GroupRow | null;
}

/** Paths shown for one role at most, and group assignments read for it. */
export const PATHS_MAX = 3;

/** By user: ids of the roles that users hold on a scope at a time. */
export async function readRolesHeld(
  db: Db,
  userIds: readonly Id<'User'>[],
  scope: RoleScope,
  now: Date,
): Promise<ReadonlyMap<Id<'User'>, readonly Id<'Role'>[]>> {
  if (userIds.length === 0) return new Map();
  const { userId, groupId, roleId } = roleAssignments;
  const given = and(holdsOn(scope), holdsAt(now));
  const rows = await rowsOf<{ id: Id<'User'>; roles: Id<'Role'>[] }>(
    db,
    sql`select id, json_agg(distinct role) as roles from (
      select ${userId}, ${roleId} from ${roleAssignments} where ${and(inArray(userId, [...userIds]), given)}
      union all
      select ${groupMembers.userId}, ${roleId} from ${groupMembers}
        join ${roleAssignments} on ${groupId} = ${groupMembers.groupId}
        where ${and(inArray(groupMembers.userId, [...userIds]), given)}
    ) held (id, role) group by id`,
  );
  return new Map(rows.map(({ id, roles }) => [id, roles]));
}

/** By user: assignments that give roles on a scope at a time; for each role, at most `PATHS_MAX` of groups. */
export async function readHoldings(
  db: Db,
  userIds: readonly Id<'User'>[],
  scope: RoleScope,
  now: Date,
): Promise<ReadonlyMap<Id<'User'>, readonly Holding[]>> {
  const found = new Map<Id<'User'>, Holding[]>();
  if (userIds.length === 0) return found;
  const given = and(holdsOn(scope), holdsAt(now));
  for (const holding of [...(await own(db, userIds, given)), ...(await ofGroups(db, userIds, given))]) {
    const others = found.get(holding.userId) ?? [];
    others.push(holding);
    found.set(holding.userId, others);
  }
  return found;
}

async function own(db: Db, userIds: readonly Id<'User'>[], given: SQL | undefined): Promise<Holding[]> {
  const rows = await db
    .select()
    .from(roleAssignments)
    .where(and(inArray(roleAssignments.userId, [...userIds]), given));
  return rows.flatMap((assignment) =>
    assignment.userId === null ? [] : [{ userId: assignment.userId, assignment, group: null }],
  );
}

async function ofGroups(db: Db, userIds: readonly Id<'User'>[], given: SQL | undefined): Promise<Holding[]> {
  const { id, groupId, roleId } = roleAssignments;
  const ways = db
    .select({
      userId: groupMembers.userId,
      assignmentId: id,
      nth: sql<number>`row_number() over (partition by ${groupMembers.userId}, ${roleId} order by ${id})`.as('nth'),
    })
    .from(groupMembers)
    .innerJoin(roleAssignments, eq(groupId, groupMembers.groupId))
    .where(and(inArray(groupMembers.userId, [...userIds]), given))
    .as('ways');
  return db
    .select({ userId: ways.userId, assignment: roleAssignments, group: groups })
    .from(ways)
    .innerJoin(roleAssignments, eq(id, ways.assignmentId))
    .innerJoin(groups, eq(groups.id, groupId))
    .where(lte(ways.nth, PATHS_MAX));
}
