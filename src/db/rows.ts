import { getTableColumns, type InferSelectModel, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Db } from './types.js';

/**
 * Runs a statement and returns its rows as the engine gives them, by column name; times are text. Faster than the query
 * builder, which converts each column of each row. One engine returns the rows, the other an object that holds them.
 */
export async function rowsOf<Row>(db: Db, statement: SQL): Promise<readonly Row[]> {
  const answer = (await db.execute(statement)) as readonly Row[] | { readonly rows: readonly Row[] };
  return 'rows' in answer ? answer.rows : answer;
}

/** A table's row as `to_json` or `json_agg` writes it: columns by their name in the database, times as text. */
export type JsonRow = Readonly<Record<string, unknown>>;

const columnsOf = new WeakMap<PgTable, readonly (readonly [string, PgColumn])[]>();

/** What the query builder would return for a row that came as JSON; a column that was not read is null. */
export function rowFrom<Table extends PgTable>(table: Table, json: JsonRow): InferSelectModel<Table> {
  const columns = columnsOf.get(table) ?? (Object.entries(getTableColumns(table)) as [string, PgColumn][]);
  columnsOf.set(table, columns);
  const row: Record<string, unknown> = {};
  for (const [key, column] of columns) {
    const value = json[column.name];
    row[key] = value == null ? null : column.mapFromDriverValue(value);
  }
  return row as InferSelectModel<Table>;
}

/** The rows of a table that meet a condition, read as JSON. */
export async function rowsWhere<Table extends PgTable>(
  db: Db,
  table: Table,
  where: SQL | undefined,
): Promise<InferSelectModel<Table>[]> {
  const rows = await rowsOf<{ row: JsonRow }>(db, sql`select to_json(${table}) as row from ${table} where ${where}`);
  return rows.map(({ row }) => rowFrom(table, row));
}
