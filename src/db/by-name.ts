import { asc, desc, type SQL } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { badInput } from '../platform/errors.js';
import { type Connection, connection, type PageArgs, type PageRequest, pageRequest } from '../platform/pagination.js';
import { type Clause, COMMA, clause, every, join } from '../platform/sql/clause.js';
import { isStorable } from '../platform/text.js';
import type { Values } from './among.js';
import { countUpTo } from './counted.js';
import { inOrder, isOnPage, isWanted, type Part, type Wanted } from './in-order.js';
import { pageOf } from './rows.js';
import type { Db } from './types.js';

/** The columns that lists of objects with names are ordered by; the name is a `codePointText`. */
interface Named {
  readonly id: PgColumn;
  readonly name: PgColumn;
}

export interface NamedOrder {
  readonly field: 'CREATED_AT' | 'NAME';
  readonly direction: 'ASC' | 'DESC';
}

/** What a list of objects with names can be asked for. */
export interface NameFilter {
  readonly names?: Values;
  readonly nameStartsWith?: string | null | undefined;
}

/** The arguments of a list of objects with names. */
export interface NamedArgs<Filter extends NameFilter> extends PageArgs {
  readonly filter?: Filter | null | undefined;
  readonly orderBy?: NamedOrder | null | undefined;
}

/** A page in an order, with one row more than it shows. */
export interface OrderedPage extends Part {
  readonly page: PageRequest;
  keysOf(row: { readonly id: string; readonly name: string }): string[];
}

/**
 * Reads the order and the page of a list. Ids begin with their time, so they sort by creation.
 * @throws Refusal BAD_USER_INPUT for names that begin with a text by creation.
 */
export function orderedPage({ id, name }: Named, args: NamedArgs<NameFilter>): OrderedPage {
  const { field, direction } = orderAsked(args);
  const isByName = field === 'NAME';
  const columns = isByName ? [name, id] : [id];
  const ordering = `${direction === 'DESC' ? '-' : ''}${isByName ? 'name' : 'id'}`;
  const page = pageRequest(args, ordering, columns.length);
  return {
    page,
    columns,
    direction,
    isBehind: page.after === null ? undefined : isBehind(columns, page.after, direction),
    limit: page.first + 1,
    keysOf: (row) => (isByName ? [row.name, row.id] : [row.id]),
  };
}

/** A range of names is in the order of names: by creation, all of it would have to be sorted, or all others walked. */
function orderAsked({ filter, orderBy }: NamedArgs<NameFilter>): NamedOrder {
  const isRange = Boolean(filter?.nameStartsWith);
  if (isRange && orderBy?.field === 'CREATED_AT')
    throw badInput('With nameStartsWith, order by NAME.', { argument: 'orderBy' });
  return orderBy ?? { field: isRange ? 'NAME' : 'CREATED_AT', direction: 'ASC' };
}

/** The rows after a cursor, as a row comparison that can use an index. */
function isBehind(columns: readonly PgColumn[], keys: readonly string[], direction: 'ASC' | 'DESC'): Clause {
  const left = join(
    columns.map((column) => clause`${column}`),
    COMMA,
  );
  const right = join(
    keys.map((key) => clause`${key}::text`),
    COMMA,
  );
  return direction === 'DESC' ? clause`(${left}) < (${right})` : clause`(${left}) > (${right})`;
}

/** What an order is in the query builder. */
export const orderOf = ({ columns, direction }: OrderedPage): SQL[] =>
  columns.map((column) => (direction === 'DESC' ? desc(column) : asc(column)));

/** How the rows of a page are read: those that meet a condition, in an order, and at most so many. */
type ReadPage<Row> = (where: SQL | undefined, orderBy: SQL[], limit: number) => Promise<readonly Row[]>;

/** A page of the rows that are wanted; they are counted when that is asked for. */
export async function connectionByName<Table extends PgTable & Named, Row extends { id: string; name: string }>(
  db: Db,
  table: Table,
  wanted: Wanted,
  args: NamedArgs<NameFilter>,
  read?: ReadPage<Row>,
): Promise<Connection<Row>> {
  const ordered = orderedPage(table, args);
  const { page, columns, direction, limit } = ordered;
  const where = isOnPage(table, wanted, ordered);
  const rows = read
    ? await read(where?.getSQL(), orderOf(ordered), limit)
    : ((await pageOf(db, table, { where, orderBy: inOrder(columns, direction), limit })) as unknown as Row[]);
  return connection(rows, page, ordered.keysOf, () => countUpTo(db, table, isWanted(wanted)));
}

/** No name is longer. */
const NAME_LENGTH_MAX = 255;

/** Whether a name begins with a text, in a `codePointText`: a range, which its index serves. */
export function startsWith(name: PgColumn, text: string | null | undefined): Clause | undefined {
  if (text == null || text === '') return undefined;
  if (text.length > NAME_LENGTH_MAX || !isStorable(text)) return clause`false`;
  const end = afterAll(text);
  return every([clause`${name} >= ${text}`, end === null ? undefined : clause`${name} < ${end}`]);
}

/** The first text in the order of code points that comes after all that begin with this one; null when none does. */
function afterAll(prefix: string): string | null {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    // Between these two are the halves of surrogate pairs, which no text has.
    const next = last === 0xd7ff ? 0xe000 : last + 1;
    if (next <= 0x10ffff) return String.fromCodePoint(...points, next);
  }
  return null;
}
