import { eq, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgSelect } from 'drizzle-orm/pg-core';
import type { Db } from './types.js';

/**
 * Removes some rows that meet a condition, except rows that somebody locks; returns how many.
 * @param order Which rows go first; any when absent.
 */
export async function removeSome(
  db: Db,
  key: PgColumn,
  where: SQL | undefined,
  limit: number,
  ...order: readonly SQL[]
): Promise<number> {
  const some = db
    .select({ key })
    .from(key.table)
    .where(where)
    .orderBy(...order)
    .limit(limit)
    .for('update', { skipLocked: true });
  return (await db.delete(key.table).where(isOneOf(key, some)).returning({ key })).length;
}

/**
 * Whether a column, or `ctid`, has one of the values of a query with a limit that locks its rows. Postgres runs the query
 * of an array once. In `in (…)` a plan may run it again for each row; each run skips the rows that are removed already,
 * and finds others.
 */
export const isOneOf = (column: PgColumn | SQL, some: SQL | Pick<PgSelect, 'getSQL'>): SQL =>
  eq(column as SQL, sql`any(array(${some}))`);
