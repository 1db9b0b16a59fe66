import { and, asc, type Column, count, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import { anyOf, anyReferred, type Values } from '../../db/among.js';
import { partById } from '../../db/by-id.js';
import { countUpTo } from '../../db/counted.js';
import { isOnPage, isWanted } from '../../db/in-order.js';
import type { Db, Tx } from '../../db/open.js';
import { type Id, noId } from '../../platform/ids.js';
import { type Connection, connectionById, type PageArgs } from '../../platform/pagination.js';
import type { Visible } from '../../platform/policy/index.js';
import { ofProjects } from '../names/index.js';
import { roles } from '../roles/tables.js';
import { type AssignmentRow, roleAssignments } from './tables.js';

export interface AssignmentFilter {
  readonly userIds?: Values<Id<'User'>>;
  readonly groupIds?: Values<Id<'Group'>>;
  readonly roles?: Values;
  readonly projectIds?: Values<Id<'Project'>>;
  readonly domainIds?: Values<Id<'Domain'>>;
}

/** An assignment with the name of its role, and the domain that owns it. */
export type NamedAssignment = AssignmentRow & { readonly role: string; readonly roleDomainId: Id<'Domain'> | null };

export async function list(
  db: Db,
  visible: Visible<typeof roleAssignments>,
  filter: AssignmentFilter,
  args: PageArgs,
): Promise<Connection<NamedAssignment>> {
  const { id, userId, groupId, roleId, domainId } = roleAssignments;
  const filters = [
    anyOf(userId, filter.userIds),
    anyOf(groupId, filter.groupIds),
    anyReferred(
      roleId,
      { table: roles, id: roles.id, named: roles.name },
      filter.roles?.map((name) => name.toLowerCase()),
    ),
    ofProjects(roleAssignments, filter.projectIds),
    anyOf(domainId, filter.domainIds),
  ];
  const wanted = { visible, filters };
  return connectionById(
    args,
    (page) => named(db, isOnPage(roleAssignments, wanted, partById(id, page)).getSQL(), page.first + 1),
    () => countUpTo(db, roleAssignments, isWanted(wanted)),
  );
}

export async function findById(db: Db, id: Id<'RoleAssignment'>): Promise<NamedAssignment | undefined> {
  const [row] = await named(db, eq(roleAssignments.id, id), 1);
  return row;
}

export function listByIds(
  db: Db,
  visible: Visible<typeof roleAssignments>,
  ids: readonly Id<'RoleAssignment'>[],
): Promise<NamedAssignment[]> {
  return named(db, and(visible.where, inArray(roleAssignments.id, [...ids])) as SQL, ids.length);
}

export async function insert(tx: Tx, row: AssignmentRow): Promise<void> {
  await tx.insert(roleAssignments).values(row);
}

export async function remove(tx: Tx, id: Id<'RoleAssignment'>): Promise<void> {
  await tx.delete(roleAssignments).where(eq(roleAssignments.id, id));
}

/** How many assignments the user or the group has itself. */
export async function countOfHolder(tx: Tx, { userId, groupId }: AssignmentRow): Promise<number> {
  const { userId: user, groupId: group } = roleAssignments;
  const [row] = await tx
    .select({ found: count() })
    .from(roleAssignments)
    .where(userId === null ? eq(group, groupId ?? noId('Group')) : eq(user, userId));
  return row?.found ?? 0;
}

/** The assignment that gives the same as this one; there is at most one. */
export async function findSame(tx: Tx, row: AssignmentRow): Promise<AssignmentRow | undefined> {
  const { userId, groupId, roleId, scopeType, domainId, projectId, isInherited } = roleAssignments;
  const isSame = (column: Column, value: string | null) => (value === null ? isNull(column) : eq(column, value));
  const where = and(
    isSame(userId, row.userId),
    isSame(groupId, row.groupId),
    eq(roleId, row.roleId),
    eq(scopeType, row.scopeType),
    isSame(domainId, row.domainId),
    isSame(projectId, row.projectId),
    eq(isInherited, row.isInherited),
  );
  const [found] = await tx.select().from(roleAssignments).where(where);
  return found;
}

/** Whether one of the roles is assigned where these policies do not reach. */
export async function isAssignedOutside(
  tx: Tx,
  reached: Visible<typeof roleAssignments>,
  roleIds: readonly Id<'Role'>[],
): Promise<boolean> {
  // `is not true` instead of `not`: what cannot be decided counts as outside.
  const isOutside = sql`${reached.where} is not true`;
  const [row] = await tx
    .select({ id: roleAssignments.id })
    .from(roleAssignments)
    .where(and(inArray(roleAssignments.roleId, [...roleIds]), isOutside))
    .limit(1);
  return row !== undefined;
}

async function named(db: Db, where: SQL, limit: number): Promise<NamedAssignment[]> {
  const rows = await db
    .select({ assignment: roleAssignments, role: roles.name, roleDomainId: roles.domainId })
    .from(roleAssignments)
    .innerJoin(roles, eq(roles.id, roleAssignments.roleId))
    .where(where)
    .orderBy(asc(roleAssignments.id))
    .limit(limit);
  return rows.map(({ assignment, ...role }) => ({ ...assignment, ...role }));
}
