import { and, asc, count, eq, getTableColumns, inArray, type SQL, sql } from 'drizzle-orm';
import { anyOf, type Values } from '../../db/among.js';
import { type Change, isBehind, removeAt, updateAt } from '../../db/by-id.js';
import { connectionByName, type NamedArgs, type NameFilter, startsWith } from '../../db/by-name.js';
import { countUpTo } from '../../db/counted.js';
import { holdOwner } from '../../db/hold-owner.js';
import type { Db, Tx } from '../../db/open.js';
import type { Id } from '../../platform/ids.js';
import { type Connection, connectionById, type PageArgs, type PageRequest } from '../../platform/pagination.js';
import type { Visible } from '../../platform/policy/index.js';
import { domains } from '../domains/tables.js';
import { type UserRow, users } from '../users/tables.js';
import { type GroupRow, groupMembers, groups } from './tables.js';

type VisibleGroups = Visible<typeof groups>;

export interface GroupFilter extends NameFilter {
  readonly domainIds?: Values<Id<'Domain'>>;
}

export function listByIds(db: Db, visible: VisibleGroups, ids: readonly Id<'Group'>[]): Promise<GroupRow[]> {
  return db
    .select()
    .from(groups)
    .where(and(visible.where, inArray(groups.id, [...ids])));
}

export function list(db: Db, visible: VisibleGroups, args: NamedArgs<GroupFilter>): Promise<Connection<GroupRow>> {
  const filter = args.filter ?? {};
  const filters = [anyOf(groups.name, filter.names), anyOf(groups.domainId, filter.domainIds)];
  const also = [startsWith(groups.name, filter.nameStartsWith)];
  return connectionByName(db, groups, { visible, filters, also }, args);
}

export async function insert(tx: Tx, row: GroupRow): Promise<void> {
  await tx.insert(groups).values(row);
}

/** How many a domain has. Holds the domain. */
export async function countInDomain(tx: Tx, domainId: Id<'Domain'>): Promise<number> {
  await holdOwner(tx, domains.id, domainId);
  const [found] = await tx.select({ rows: count() }).from(groups).where(eq(groups.domainId, domainId));
  return found?.rows ?? 0;
}

/** Returns the changed group; undefined when the row changed since `row` was read. */
export const update = (act: Change, row: GroupRow, changes: Partial<GroupRow>): Promise<GroupRow | undefined> =>
  updateAt(act, groups, row, changes);

/** Returns false when the row changed since `row` was read. */
export const remove = (tx: Tx, row: GroupRow): Promise<boolean> => removeAt(tx, groups, row);

/** Members of a group that the caller may read. */
export function listMembers(
  db: Db,
  visible: Visible<typeof users>,
  groupId: Id<'Group'>,
  args: PageArgs,
): Promise<Connection<UserRow>> {
  const where = and(eq(groupMembers.groupId, groupId), visible.where);
  const joined = sql`${groupMembers} inner join ${users} on ${eq(users.id, groupMembers.userId)}`;
  const read = (page: PageRequest) =>
    db
      .select(getTableColumns(users))
      .from(groupMembers)
      .innerJoin(users, eq(users.id, groupMembers.userId))
      .where(and(where, isBehind(groupMembers.userId, page)))
      .orderBy(asc(groupMembers.userId))
      .limit(page.first + 1);
  return connectionById(args, read, () => countUpTo(db, joined, where));
}

/** Groups of a user that the caller may read. */
export function listOfMember(
  db: Db,
  visible: VisibleGroups,
  userId: Id<'User'>,
  args: PageArgs,
): Promise<Connection<GroupRow>> {
  const where = and(eq(groupMembers.userId, userId), visible.where);
  const joined = sql`${groupMembers} inner join ${groups} on ${eq(groups.id, groupMembers.groupId)}`;
  const read = (page: PageRequest) =>
    db
      .select(getTableColumns(groups))
      .from(groupMembers)
      .innerJoin(groups, eq(groups.id, groupMembers.groupId))
      .where(and(where, isBehind(groupMembers.groupId, page)))
      .orderBy(asc(groupMembers.groupId))
      .limit(page.first + 1);
  return connectionById(args, read, () => countUpTo(db, joined, where));
}

export async function countMembers(tx: Tx, groupId: Id<'Group'>): Promise<number> {
  const [found] = await tx.select({ rows: count() }).from(groupMembers).where(eq(groupMembers.groupId, groupId));
  return found?.rows ?? 0;
}

const isMembership = (groupId: Id<'Group'>, userId: Id<'User'>): SQL | undefined =>
  and(eq(groupMembers.groupId, groupId), eq(groupMembers.userId, userId));

export async function isMember(tx: Tx, groupId: Id<'Group'>, userId: Id<'User'>): Promise<boolean> {
  const found = await tx
    .select({ userId: groupMembers.userId })
    .from(groupMembers)
    .where(isMembership(groupId, userId));
  return found.length > 0;
}

export async function insertMember(tx: Tx, groupId: Id<'Group'>, userId: Id<'User'>, createdAt: Date): Promise<void> {
  await tx.insert(groupMembers).values({ groupId, userId, createdAt });
}

export async function removeMember(tx: Tx, groupId: Id<'Group'>, userId: Id<'User'>): Promise<void> {
  await tx.delete(groupMembers).where(isMembership(groupId, userId));
}
