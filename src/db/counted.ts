import type { SQL } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { type Clause, type Condition, clause } from '../platform/sql/clause.js';
import { rowsOf } from './rows.js';
import type { Db } from './types.js';

/** More rows than these are not counted. */
export const COUNTED_MAX = 10_000;

/** How many rows of a table, or of tables that are joined, meet a condition; null when there are more than that. */
export async function countUpTo(db: Db, from: PgTable | SQL | Clause, where: Condition): Promise<number | null> {
  const some = clause`select 1 from ${from} where ${where ?? clause`true`} limit ${COUNTED_MAX + 1}`;
  const [row] = await rowsOf<{ found: number }>(db, clause`select count(*)::int as found from (${some}) counted`);
  return row === undefined || row.found > COUNTED_MAX ? null : row.found;
}
