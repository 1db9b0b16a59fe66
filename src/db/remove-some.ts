import { eq, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgSelect } from 'drizzle-orm/pg-core';
import type { Db } from './types.js';

/** Removes some rows that meet a condition, except rows that somebody locks; returns how many. */
export async function removeSome(db: Db, key: PgColumn, where: SQL | undefined, limit: number): Promise<number> {
  const some = db.select({ key }).from(key.table).where(where).limit(limit).for('update', { skipLocked: true });
  return (await db.delete(key.table).where(isOneOf(key, some)).returning({ key })).length;
}

/**
 * Whether a column, or `ctid`, has one of the values that a query locks, at most as many as its limit. As an array they
 * are read once: a plan may run the query of an `in` again for each row, which then passes over what it took before.
 */
export const isOneOf = (column: PgColumn | SQL, some: SQL | Pick<PgSelect, 'getSQL'>): SQL =>
  eq(column as SQL, sql`any(array(${some}))`);
