import { and, eq, type InferInsertModel, type InferSelectModel, inArray, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { type Kind as IdKind, lowestId } from '../platform/ids.js';
import { type Connection, connectionById, type PageArgs, type PageRequest } from '../platform/pagination.js';
import { type Clause, clause } from '../platform/sql/clause.js';
import { countUpTo } from './counted.js';
import { inOrder, isOnPage, isWanted, type Part, type Wanted } from './in-order.js';
import { pageOf } from './rows.js';
import type { Db, Tx } from './types.js';

type Kept = PgTable & { readonly id: PgColumn };
/** A table whose rows say when they changed. */
type Dated = Kept & { readonly updatedAt: PgColumn };
/** A table whose rows also count their changes. */
type Versioned = Dated & { readonly version: PgColumn };

/** The transaction of a change, and its time. */
export interface Change {
  readonly tx: Tx;
  readonly now: Date;
}

interface At<Table extends Versioned> {
  readonly id: Table['id']['_']['data'];
  readonly version: number;
}

/** A page of the rows that are wanted, in the order of their ids; they are counted when that is asked for. */
export function connectionOf<Table extends Kept>(
  db: Db,
  table: Table,
  wanted: Wanted,
  args: PageArgs,
): Promise<Connection<InferSelectModel<Table> & { readonly id: string }>> {
  const read = async (page: PageRequest) => {
    const part = partById(table.id, page);
    const orderBy = inOrder(part.columns, part.direction);
    const rows = await pageOf(db, table, { where: isOnPage(table, wanted, part), orderBy, limit: part.limit });
    return rows as (InferSelectModel<Table> & { readonly id: string })[];
  };
  return connectionById(args, read, () => countUpTo(db, table, isWanted(wanted)));
}

/** A page in the order of ids. */
export const partById = (id: PgColumn, page: PageRequest): Part => ({
  columns: [id],
  direction: 'ASC',
  isBehind: isBehind(id, page),
  limit: page.first + 1,
});

/** The rows of a list in the order of ids that come after the page's cursor, whose text need not be an id. */
export function isBehind(id: PgColumn, { after }: PageRequest): Clause | undefined {
  return after?.[0] === undefined ? undefined : comesAfter(id, after[0]);
}

/** The same behind any text. */
export const comesAfter = (id: PgColumn, position: string): Clause => clause`${id} > ${position}`;

/** The rows that were created at a time or later. Ids begin with their time, so whatever is in the order of ids serves it. */
export const createdFrom = (id: PgColumn, of: IdKind, since: Date | null | undefined): Clause | undefined =>
  since == null ? undefined : clause`${id} >= ${lowestId(of, since)}`;

/** `isBehind` for a list in the descending order of ids. */
export function isBelow(id: PgColumn, { after }: PageRequest): Clause | undefined {
  return after?.[0] === undefined ? undefined : clause`${id} < ${after[0]}`;
}

/** What the row of an object has when it is created. */
export const firstVersion = (now: Date) => ({ version: 1, createdAt: now, updatedAt: now }) as const;

/** Writes a change that readers of an object can see. Nothing else sets `updatedAt`. */
const write = ({ tx, now }: Change, table: Dated, where: SQL | undefined, changes: object) =>
  tx
    .update(table)
    .set({ ...changes, updatedAt: now })
    .where(where);

/** The row as changed; undefined when it is no longer as `row` has it. */
export async function updateAt<Table extends Versioned>(
  act: Change,
  table: Table,
  row: At<Table>,
  changes: Partial<InferInsertModel<Table>>,
): Promise<InferSelectModel<Table> | undefined> {
  const version = row.version + 1;
  const [changed] = await write(act, table, isStill(table, row), { ...changes, version }).returning();
  return changed as InferSelectModel<Table> | undefined;
}

/** Changes a row, whichever version it has. */
export async function updateById<Table extends Versioned>(
  act: Change,
  table: Table,
  id: Table['id']['_']['data'],
  changes: Partial<InferInsertModel<Table>>,
): Promise<void> {
  await write(act, table, eq(table.id, id), { ...changes, version: sql`${table.version} + 1` });
}

/** Changes rows whose etags do not count this change, or notes that other rows of the same objects changed. */
export async function touchByIds<Table extends Dated>(
  act: Change,
  table: Table,
  ids: readonly Table['id']['_']['data'][],
  changes: Partial<InferInsertModel<Table>> = {},
): Promise<void> {
  await write(act, table, inArray(table.id, [...ids]), changes);
}

/** Removes a row. False when it is no longer as `row` has it. */
export async function removeAt<Table extends Versioned>(tx: Tx, table: Table, row: At<Table>): Promise<boolean> {
  const { id } = table;
  const gone = tx.delete(table as Versioned).where(isStill(table, row));
  return (await gone.returning({ id })).length > 0;
}

const isStill = (table: Versioned, { id, version }: At<Versioned>): SQL | undefined =>
  and(eq(table.id, id), eq(table.version, version));
