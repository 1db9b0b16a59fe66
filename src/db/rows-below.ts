import { type SQL, sql } from 'drizzle-orm';
import { rowsOf } from './rows.js';
import type { Db } from './types.js';

/** In the statement that `rowsBelow` repeats: the id of the object whose rows it reads. */
export const OBJECT_ID = sql.raw('object.id');

/**
 * The rows of each of some objects, in one statement: `some` reads those of one object, in their order and with a limit.
 * Rows come as JSON. An index must serve that order for one object, because the statement runs for each of them.
 */
export async function rowsBelow<Row, Key extends string>(
  db: Db,
  ids: readonly Key[],
  some: SQL,
): Promise<ReadonlyMap<Key, readonly Row[]>> {
  const values = sql.join(
    ids.map((id) => sql`${id}`),
    sql`, `,
  );
  const found = await rowsOf<{ id: Key; rows: readonly Row[] | null }>(
    db,
    sql`select object.id, (select json_agg(page) from (${some}) page) as rows
      from unnest(array[${values}]::text[]) object (id)`,
  );
  return new Map(found.map(({ id, rows }) => [id, rows ?? []]));
}
