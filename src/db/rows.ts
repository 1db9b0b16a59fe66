import { getTableColumns, type InferSelectModel, type SQL } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { type Clause, COMMA, type Condition, clause, join, queryOf } from '../platform/sql/clause.js';
import type { Db } from './types.js';

/**
 * Runs a statement and returns its rows as the engine gives them, by column name; times are text. Faster than the query
 * builder, which writes the statement and converts each column of each row.
 */
export function rowsOf<Row>(db: Db, statement: Clause | SQL): Promise<readonly Row[]> {
  const { text, values } = queryOf(statement);
  return db.send<Row>(text, values);
}

/** A table's row as `to_json` or `json_agg` writes it: columns by their name in the database, times as text. */
export type JsonRow = Readonly<Record<string, unknown>>;

interface Columns {
  readonly byKey: readonly (readonly [string, PgColumn])[];
  /** All of them, for a SELECT. */
  readonly listed: Clause;
}

const known = new WeakMap<PgTable, Columns>();

function columnsOf(table: PgTable): Columns {
  const found = known.get(table);
  if (found !== undefined) return found;
  const byKey = Object.entries(getTableColumns(table)) as [string, PgColumn][];
  const listed = join(
    byKey.map(([, column]) => clause`${column}`),
    COMMA,
  );
  known.set(table, { byKey, listed });
  return { byKey, listed };
}

/** What the query builder would return for a row by its columns' names; a column that was not read is null. */
export function rowFrom<Table extends PgTable>(table: Table, json: JsonRow): InferSelectModel<Table> {
  const row: Record<string, unknown> = {};
  for (const [key, column] of columnsOf(table).byKey) {
    const value = json[column.name];
    row[key] = value == null ? null : column.mapFromDriverValue(value);
  }
  return row as InferSelectModel<Table>;
}

/** The rows of a table that meet a condition, read as JSON. */
export async function rowsWhere<Table extends PgTable>(
  db: Db,
  table: Table,
  where: Condition,
): Promise<InferSelectModel<Table>[]> {
  const condition = where ?? clause`true`;
  const rows = await rowsOf<{ row: JsonRow }>(
    db,
    clause`select to_json(${table}) as row from ${table} where ${condition}`,
  );
  return rows.map(({ row }) => rowFrom(table, row));
}

/** Those that meet a condition, in an order, and at most so many: what the query builder returns for the same. */
export async function pageOf<Table extends PgTable>(
  db: Db,
  table: Table,
  { where = clause`true`, orderBy, limit }: { where: Condition; orderBy: Clause; limit: number },
): Promise<InferSelectModel<Table>[]> {
  const { listed } = columnsOf(table);
  const rows = await rowsOf<JsonRow>(
    db,
    clause`select ${listed} from ${table} where ${where} order by ${orderBy} limit ${limit}`,
  );
  return rows.map((row) => rowFrom(table, row));
}
