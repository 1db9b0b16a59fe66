import type { SQL } from 'drizzle-orm';
import type { Db } from './types.js';

/**
 * Runs a statement and answers its rows as the engine gives them, by column name; times are text. Quicker than the
 * query builder, which gives each column of each row its type one by one. One engine answers rows, the other has them in
 * an object.
 */
export async function rowsOf<Row>(db: Db, statement: SQL): Promise<readonly Row[]> {
  const answer = (await db.execute(statement)) as readonly Row[] | { readonly rows: readonly Row[] };
  return 'rows' in answer ? answer.rows : answer;
}
