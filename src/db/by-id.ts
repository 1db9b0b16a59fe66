import { and, asc, eq, gt, type InferInsertModel, type InferSelectModel, type SQL } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { PageRequest } from '../platform/pagination.js';
import type { Db, Tx } from './types.js';

type Kept = PgTable & { readonly id: PgColumn };
/** A table whose rows count their changes. */
type Versioned = Kept & { readonly version: PgColumn };

interface At {
  readonly id: string;
  readonly version: number;
}

/** A page of the rows that meet all conditions, in the order of their ids, and one row more. */
export async function pageById<Table extends Kept>(
  db: Db,
  table: Table,
  where: readonly (SQL | undefined)[],
  page: PageRequest,
): Promise<InferSelectModel<Table>[]> {
  const after = page.after?.[0];
  const isBehind = after === undefined ? undefined : gt(table.id, after);
  const rows = await db
    .select()
    .from(table as PgTable)
    .where(and(...where, isBehind))
    .orderBy(asc(table.id))
    .limit(page.first + 1);
  return rows as InferSelectModel<Table>[];
}

/** Returns the changed row; undefined when it no longer has the version of `row`. */
export async function updateAt<Table extends Versioned>(
  tx: Tx,
  table: Table,
  row: At,
  changes: Partial<InferInsertModel<Table>>,
): Promise<InferSelectModel<Table> | undefined> {
  const [changed] = await tx
    .update(table as Versioned)
    .set({ ...changes, version: row.version + 1 })
    .where(isStill(table, row))
    .returning();
  return changed as InferSelectModel<Table> | undefined;
}

/** Removes a row. Returns false when it no longer has the version of `row`. */
export async function removeAt(tx: Tx, table: Versioned, row: At): Promise<boolean> {
  return (await tx.delete(table).where(isStill(table, row)).returning({ id: table.id })).length > 0;
}

const isStill = (table: Versioned, { id, version }: At): SQL | undefined =>
  and(eq(table.id, id), eq(table.version, version));
