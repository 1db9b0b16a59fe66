import { and, count, eq, getTableColumns, type InferSelectModel, inArray, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { anyOf, type Values } from '../../db/among.js';
import { type Change, isBehind, removeAt, updateAt } from '../../db/by-id.js';
import { connectionByName, type NamedArgs, type NameFilter, startsWith } from '../../db/by-name.js';
import { countUpTo } from '../../db/counted.js';
import { holdOwner } from '../../db/hold-owner.js';
import type { Db, Tx } from '../../db/open.js';
import { rowFrom } from '../../db/rows.js';
import { OBJECT_ID, pagesBelow } from '../../db/rows-below.js';
import type { Id } from '../../platform/ids.js';
import { type Connection, type PageArgs, pageRequest } from '../../platform/pagination.js';
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

/** Pages of the members of some groups that the caller may read. */
export const listMembers = (
  db: Db,
  visible: Visible<typeof users>,
  ids: readonly Id<'Group'>[],
  args: PageArgs,
): Promise<ReadonlyMap<Id<'Group'>, Connection<UserRow>>> =>
  pagesOfMemberships(db, ids, args, { visible, of: users, by: groupMembers.groupId, to: groupMembers.userId });

/** Pages of the groups of some users that the caller may read. */
export const listOfMembers = (
  db: Db,
  visible: VisibleGroups,
  ids: readonly Id<'User'>[],
  args: PageArgs,
): Promise<ReadonlyMap<Id<'User'>, Connection<GroupRow>>> =>
  pagesOfMemberships(db, ids, args, { visible, of: groups, by: groupMembers.userId, to: groupMembers.groupId });

/** One side of memberships, read from the other. */
interface Side<Table extends typeof users | typeof groups> {
  readonly visible: Visible<Table>;
  readonly of: Table;
  readonly by: PgColumn;
  readonly to: PgColumn;
}

function pagesOfMemberships<Table extends typeof users | typeof groups, Key extends string>(
  db: Db,
  ids: readonly Key[],
  args: PageArgs,
  { visible, of, by, to }: Side<Table>,
): Promise<ReadonlyMap<Key, Connection<InferSelectModel<Table>>>> {
  const page = pageRequest(args);
  const joined = sql`${groupMembers} inner join ${of} on ${eq(of.id, to)}`;
  const columns = sql.join(Object.values(getTableColumns(of)), sql`, `);
  return pagesBelow(db, ids, {
    page,
    some: sql`select ${columns} from ${joined} where ${and(eq(by, OBJECT_ID), visible.where, isBehind(to, page))}
      order by ${to} limit ${page.first + 1}`,
    rowFrom: (json) => rowFrom(of, json),
    keysOf: ({ id }) => [String(id)],
    count: (id) => countUpTo(db, joined, and(eq(by, id), visible.where)),
  });
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
