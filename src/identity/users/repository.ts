import { and, eq, inArray } from 'drizzle-orm';
import { anyOf, type Values } from '../../db/among.js';
import { type Change, removeAt, updateAt } from '../../db/by-id.js';
import { connectionByName, type NamedArgs, type NameFilter, startsWith } from '../../db/by-name.js';
import type { Db, Tx } from '../../db/open.js';
import type { Id } from '../../platform/ids.js';
import type { Connection } from '../../platform/pagination.js';
import type { Visible } from '../../platform/policy/index.js';
import { type UserRow, users } from './tables.js';

export interface UserFilter extends NameFilter {
  readonly domainIds?: Values<Id<'Domain'>>;
}

export async function findById(db: Db, id: Id<'User'>): Promise<UserRow | undefined> {
  const [row] = await db.select().from(users).where(eq(users.id, id));
  return row;
}

export function listByIds(db: Db, visible: Visible<typeof users>, ids: readonly Id<'User'>[]): Promise<UserRow[]> {
  return db
    .select()
    .from(users)
    .where(and(visible.where, inArray(users.id, [...ids])));
}

export function list(
  db: Db,
  visible: Visible<typeof users>,
  args: NamedArgs<UserFilter>,
): Promise<Connection<UserRow>> {
  const filter = args.filter ?? {};
  const filters = [anyOf(users.name, filter.names), anyOf(users.domainId, filter.domainIds)];
  const also = [startsWith(users.name, filter.nameStartsWith)];
  return connectionByName(db, users, { visible, filters, also }, args);
}

export async function insert(tx: Tx, row: UserRow): Promise<void> {
  await tx.insert(users).values(row);
}

/** Returns the changed user; undefined when the row changed since `row` was read. */
export const update = (act: Change, row: UserRow, changes: Partial<UserRow>): Promise<UserRow | undefined> =>
  updateAt(act, users, row, changes);

/** Returns false when the row changed since `row` was read. */
export const remove = (tx: Tx, row: UserRow): Promise<boolean> => removeAt(tx, users, row);
