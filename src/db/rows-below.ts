import type { SQL } from 'drizzle-orm';
import { type Connection, connection, type PageRequest } from '../platform/pagination.js';
import { type Clause, clause, values } from '../platform/sql/clause.js';
import { type JsonRow, rowsOf } from './rows.js';
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

/** How pages below objects are read. */
export interface Pages<Row, Key extends string> {
  readonly page: PageRequest;
  /** Reads the rows of one object, one more than the page has. */
  readonly some: Clause | SQL;
  readonly rowFrom: (json: JsonRow) => Row;
  /** The keys of a row in the order of the pages. */
  readonly keysOf: (row: Row) => readonly string[];
  /** Counts the rows of an object, when that is asked for. */
  readonly count: (id: Key) => Promise<number | null>;
}

/** A page below each of some objects, all in one statement. */
export async function pagesBelow<Row, Key extends string>(
  db: Db,
  ids: readonly Key[],
  { page, some, rowFrom, keysOf, count }: Pages<Row, Key>,
): Promise<ReadonlyMap<Key, Connection<Row>>> {
  const found = await rowsBelow<JsonRow, Key>(db, ids, some);
  const pageOf = (id: Key, rows: readonly JsonRow[]) => connection(rows.map(rowFrom), page, keysOf, () => count(id));
  return new Map([...found].map(([id, rows]) => [id, pageOf(id, rows)]));
}
