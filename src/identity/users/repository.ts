import { and, asc, eq, gt, inArray, type SQL } from 'drizzle-orm';
import { among, type Values } from '../../db/among.js';
import type { Db, Tx } from '../../db/open.js';
import type { PageRequest } from '../../platform/pagination.js';
import type { Visible } from '../../platform/policy/index.js';
import { type UserRow, users } from './tables.js';

export interface UserFilter {
  readonly names?: Values;
  readonly domainIds?: Values;
}

export async function findById(db: Db, id: string): Promise<UserRow | undefined> {
  const [row] = await db
    .select()
    .from(users)
    .where(inArray(users.id, [id]));
  return row;
}

export function listByIds(db: Db, visible: Visible<typeof users>, ids: readonly string[]): Promise<UserRow[]> {
  return db
    .select()
    .from(users)
    .where(and(visible.where, inArray(users.id, [...ids])));
}

export function list(
  db: Db,
  visible: Visible<typeof users>,
  filter: UserFilter,
  page: PageRequest,
): Promise<UserRow[]> {
  const where = [visible.where, among(users.name, filter.names), among(users.domainId, filter.domainIds)];
  const after = page.after?.[0];
  if (after !== undefined) where.push(gt(users.id, after));
  return db
    .select()
    .from(users)
    .where(and(...where))
    .orderBy(asc(users.id))
    .limit(page.first + 1);
}

export async function insert(tx: Tx, row: UserRow): Promise<void> {
  await tx.insert(users).values(row);
}

/** The user as changed; undefined when it is no longer as `row` has it. */
export async function update(tx: Tx, row: UserRow, changes: Partial<UserRow>): Promise<UserRow | undefined> {
  const [changed] = await tx
    .update(users)
    .set({ ...changes, version: row.version + 1 })
    .where(isStill(row))
    .returning();
  return changed;
}

/** False when the user is no longer as `row` has it. */
export async function remove(tx: Tx, row: UserRow): Promise<boolean> {
  return (await tx.delete(users).where(isStill(row)).returning({ id: users.id })).length > 0;
}

const isStill = ({ id, version }: UserRow): SQL | undefined => and(eq(users.id, id), eq(users.version, version));
