import { and, asc, eq, gt, inArray, type SQL } from 'drizzle-orm';
import { among, type Values } from '../../db/among.js';
import type { Db, Tx } from '../../db/open.js';
import type { PageRequest } from '../../platform/pagination.js';
import type { Visible } from '../../platform/policy/index.js';
import { roles } from '../roles/tables.js';
import { type AssignmentRow, roleAssignments } from './tables.js';

export interface AssignmentFilter {
  readonly userIds?: Values;
  readonly roles?: Values;
  readonly projectIds?: Values;
  readonly domainIds?: Values;
}

/** An assignment with the name of its role. */
export type NamedAssignment = AssignmentRow & { readonly role: string };

export async function list(
  db: Db,
  visible: Visible<typeof roleAssignments>,
  filter: AssignmentFilter,
  page: PageRequest,
): Promise<NamedAssignment[]> {
  const where = [
    visible.where,
    among(roleAssignments.userId, filter.userIds),
    among(
      roles.name,
      filter.roles?.map((name) => name.toLowerCase()),
    ),
    among(roleAssignments.projectId, filter.projectIds),
    among(roleAssignments.domainId, filter.domainIds),
  ];
  const after = page.after?.[0];
  if (after !== undefined) where.push(gt(roleAssignments.id, after));
  return named(db, and(...where) as SQL, page.first + 1);
}

export async function findById(db: Db, id: string): Promise<NamedAssignment | undefined> {
  const [row] = await named(db, eq(roleAssignments.id, id), 1);
  return row;
}

export function listByIds(
  db: Db,
  visible: Visible<typeof roleAssignments>,
  ids: readonly string[],
): Promise<NamedAssignment[]> {
  return named(db, and(visible.where, inArray(roleAssignments.id, [...ids])) as SQL, ids.length);
}

export async function insert(tx: Tx, row: AssignmentRow): Promise<void> {
  await tx.insert(roleAssignments).values(row);
}

export async function remove(tx: Tx, id: string): Promise<void> {
  await tx.delete(roleAssignments).where(eq(roleAssignments.id, id));
}

async function named(db: Db, where: SQL, limit: number): Promise<NamedAssignment[]> {
  const rows = await db
    .select({ assignment: roleAssignments, role: roles.name })
    .from(roleAssignments)
    .innerJoin(roles, eq(roles.id, roleAssignments.roleId))
    .where(where)
    .orderBy(asc(roleAssignments.id))
    .limit(limit);
  return rows.map(({ assignment, role }) => ({ ...assignment, role }));
}
