import { getTableColumns } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { rowFrom } from '../../db/rows.js';
import { COMMA, clause, join } from '../../platform/sql/clause.js';
import { type NodeRow, nodes } from './tables.js';

/** All columns of nodes, for a SELECT that joins other tables. */
export const nodeColumns = join(
  (Object.values(getTableColumns(nodes)) as PgColumn[]).map((column) => clause`${column}`),
  COMMA,
);

export const nodeFrom = (row: Readonly<Record<string, unknown>>): NodeRow => rowFrom(nodes, row);
