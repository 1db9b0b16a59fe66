import { getTableColumns, type InferInsertModel, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { requireStorable } from './storable.js';
import type { Db } from './types.js';

/** Up to so many rows, the builder's statement is as quick, and often prepared already. */
const FEW = 8;

interface Written {
  readonly column: PgColumn;
  /** What the driver is given, one for each row. */
  readonly values: readonly unknown[];
}

/**
 * Inserts rows in their order, which all have the same columns. For many rows, the statement has one parameter for each
 * column and not for each value: the value that all rows have, or a JSON array of what they have.
 */
export async function insertRows<Table extends PgTable>(
  db: Db,
  table: Table,
  rows: readonly InferInsertModel<Table>[],
): Promise<void> {
  if (rows.length === 0) return;
  const forms = new Set(rows.map((row) => Object.keys(row).sort().join()));
  if (forms.size > 1) throw new Error('Rows that are inserted together must have the same columns.');
  if (rows.length <= FEW) await db.insert(table).values([...rows]);
  else await db.execute(insertOf(table, rows));
}

function insertOf<Table extends PgTable>(table: Table, rows: readonly InferInsertModel<Table>[]): SQL {
  const written = Object.entries(getTableColumns(table))
    .filter(([key]) => Reflect.get(rows[0] as object, key) !== undefined)
    .map(([key, column]) => ({ column, values: rows.map((row) => driven(column, Reflect.get(row, key))) }));
  // The first counts as varying, so that there are as many rows as given.
  const varying = written.filter((one, index) => index === 0 || isVarying(one));
  const constant = written.filter((one) => !varying.includes(one));
  const arrays = varying.map(({ values }) => sql`json_array_elements_text(${arrayOf(values)}::json)`);
  const chosen = [
    ...varying.map(({ column }) => sql`given.${sql.identifier(column.name)}::${typeOf(column)}`),
    ...constant.map(({ column, values }) => sql`${values[0]}::${typeOf(column)}`),
  ];
  return sql`insert into ${table} (${namesOf([...varying, ...constant])}) select ${sql.join(chosen, sql`, `)}
    from rows from (${sql.join(arrays, sql`, `)}) given (${namesOf(varying)})`;
}

const driven = (column: PgColumn, value: unknown) => (value == null ? null : column.mapToDriverValue(value));

const isVarying = ({ values }: Written) => values.some((value) => value !== values[0]);

function arrayOf(values: readonly unknown[]): string {
  requireStorable(values);
  return JSON.stringify(values);
}

const typeOf = (column: PgColumn) => sql.raw(column.getSQLType());

const namesOf = (written: readonly Written[]) =>
  sql.join(
    written.map(({ column }) => sql.identifier(column.name)),
    sql`, `,
  );
