import type { SQL } from 'drizzle-orm';
import { type Clause, clause, values } from '../platform/sql/clause.js';
import { rowsOf } from './rows.js';
import type { Db } from './types.js';

/** In the statement that `rowsBelow` repeats: the id of the object whose rows it reads. */
export const OBJECT_ID = clause`object.id`;

/**
 * The rows of each of some objects, in one statement: `some` reads those of one object, in their order and with a limit.
 * Rows come as JSON. An index must serve that order for one object, because the statement runs for each of them.
 */
export async function rowsBelow<Row, Key extends string>(
  db: Db,
  ids: readonly Key[],
  some: Clause | SQL,
): Promise<ReadonlyMap<Key, readonly Row[]>> {
  const found = await rowsOf<{ id: Key; rows: readonly Row[] | null }>(
    db,
    clause`select object.id, (select json_agg(page) from (${some}) page) as rows
      from unnest(array[${values(ids)}]::text[]) object (id)`,
  );
  return new Map(found.map(({ id, rows }) => [id, rows ?? []]));
}
