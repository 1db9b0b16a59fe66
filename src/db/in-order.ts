import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { type Clause, COMMA, type Condition, clause, every, join, name } from '../platform/sql/clause.js';
import type { AnyOf, Many } from './among.js';

/** A condition on rows, and the target keys that it is about. */
interface Way {
  readonly where: Clause;
  readonly keys: ReadonlySet<string>;
}

/** The rows of a list: those that the caller may read, and that meet all filters. */
export interface Wanted {
  /** What a `Visible` has; absent where whoever calls may read all. */
  readonly visible?: { readonly clause: Clause; readonly ways: readonly Way[] };
  /** A target key: rows that are read for it alone are few for each caller, and no index has them by a filter. */
  readonly few?: string | undefined;
  /** By several values; the one that leaves the fewest rows first. */
  readonly filters?: readonly (AnyOf | undefined)[];
  /** What else a row must meet. An `or` is in parentheses, as everywhere. */
  readonly also?: readonly Condition[];
}

/** A part of an order: the rows behind a position, at most so many. */
export interface Part {
  /** The columns of the order; the last one is the id. */
  readonly columns: readonly PgColumn[];
  readonly direction: 'ASC' | 'DESC';
  readonly isBehind: Clause | undefined;
  readonly limit: number;
}

/** Whether a row is of a list, for reading in any order and for counting. */
export const isWanted = ({ visible, filters = [], also = [] }: Wanted): Clause | undefined =>
  every([visible?.clause, ...filters.map((one) => one?.where), ...also]);

/**
 * The rows of a page as a condition. When rows are wanted for one reason, an index has them in their order. For several (a
 * domain's entries or the caller's own, any of some states) no index has: so the page of each is read in order, and the
 * page is the first of all. What this reads depends on the page and on the number of reasons, not on the table.
 */
export function isOnPage(from: PgTable | Clause, wanted: Wanted, part: Part): Clause {
  const { filters = [], also = [], visible } = wanted;
  // The first filter is what an index is chosen for; the others take from what it finds.
  const first = filters.find((one) => one !== undefined);
  const each = first?.each;
  const rest = [...filters.map((one) => (one === first && each ? undefined : one?.where)), ...also];
  const ways = visible?.ways ?? [ANY];
  const [only] = ways;
  if (ways.length === 1 && each === undefined) return all(only?.where, ...rest, part.isBehind);
  const [values, many] = isListed(each) ? [each, undefined] : [[undefined], each];
  const pages = ways.flatMap(({ where, keys }) =>
    wanted.few !== undefined && keys.size === 1 && keys.has(wanted.few)
      ? [pageOf(walked(from, where, part), all(first?.where, ...rest), undefined, part)]
      : values.map((value) => pageOf(from, all(where, value, ...rest), many, part)),
  );
  const found = join(
    pages.map((page) => clause`(${page})`),
    UNION,
  );
  const id = part.columns.at(-1);
  if (id === undefined) throw new Error('A page has an order.');
  return clause`${id} in (select ${name(id.name)} from (${found}) found ${firstOf(part, outer(part))})`;
}

const UNION = clause` union `;
const TRUE = clause`true`;
const ANY: Way = { where: TRUE, keys: new Set() };

const all = (...conditions: readonly Condition[]): Clause => every(conditions) ?? TRUE;

/** The rows of one condition in their order. Postgres takes no other index to read them, whatever it is asked besides. */
function walked(from: PgTable | Clause, where: Clause, part: Part): Clause {
  const [column] = part.columns;
  if (column === undefined) throw new Error('A page has an order.');
  return clause`(select * from ${from} where ${all(where, part.isBehind)}
    order by ${inOrder(part.columns, part.direction)} offset 0) as ${column.table}`;
}

/** The page of the rows that meet a condition, and of each value's if they are asked for by values. */
function pageOf(from: PgTable | Clause, where: Clause, many: Many | undefined, part: Part): Clause {
  const keys = join(
    part.columns.map((column) => clause`${column}`),
    COMMA,
  );
  const page = clause`select ${keys} from ${from}
    where ${all(where, many?.isOne, part.isBehind)} ${firstOf(part, part.columns)}`;
  if (many === undefined) return page;
  return clause`select found.* from ${many.values} cross join lateral (${page}) found ${firstOf(part, outer(part))}`;
}

const isListed = (each: AnyOf['each']): each is readonly Clause[] => Array.isArray(each);

/** The columns of a page that is read from a page. */
const outer = ({ columns }: Part): Clause[] => columns.map((column) => clause`found.${name(column.name)}`);

const firstOf = ({ direction, limit }: Part, keys: readonly (Clause | PgColumn)[]): Clause =>
  clause`order by ${inOrder(keys, direction)} limit ${limit}`;

/** The keys of an order, each in the direction. */
export const inOrder = (keys: readonly (Clause | PgColumn)[], direction: 'ASC' | 'DESC'): Clause =>
  join(
    keys.map((key) => (direction === 'DESC' ? clause`${key} desc` : clause`${key} asc`)),
    COMMA,
  );
