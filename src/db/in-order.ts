import { and, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { AnyOf, Many } from './among.js';

/** A condition on rows, and the target keys that it is about. */
interface Way {
  readonly where: SQL;
  readonly keys: ReadonlySet<string>;
}

/** The rows of a list: those that the caller may read, and that meet all filters. */
export interface Wanted {
  /** What a `Visible` has; absent where whoever calls may read all. */
  readonly visible?: { readonly where: SQL; readonly ways: readonly Way[] };
  /** A target key: rows that are read for it alone are few for each caller, and no index has them by a filter. */
  readonly few?: string | undefined;
  /** By several values; the one that leaves the fewest rows first. */
  readonly filters?: readonly (AnyOf | undefined)[];
  /** What else a row must meet. */
  readonly also?: readonly (SQL | undefined)[];
}

/** A part of an order: the rows behind a position, at most so many. */
export interface Part {
  /** The columns of the order; the last one is the id. */
  readonly columns: readonly PgColumn[];
  readonly direction: 'ASC' | 'DESC';
  readonly isBehind: SQL | undefined;
  readonly limit: number;
}

/** Whether a row is of a list, for reading in any order and for counting. */
export const isWanted = ({ visible, filters = [], also = [] }: Wanted): SQL | undefined =>
  and(visible?.where, ...filters.map((one) => one?.where), ...also);

/**
 * The rows of a page as a condition. When rows are wanted for one reason, an index has them in their order. For several (a
 * domain's entries or the caller's own, any of some states) no index has: so the page of each is read in order, and the
 * page is the first of all. What this reads depends on the page and on the number of reasons, not on the table.
 */
export function isOnPage(from: PgTable | SQL, wanted: Wanted, part: Part): SQL | undefined {
  const { filters = [], visible } = wanted;
  // The first filter is what an index is chosen for; the others take from what it finds.
  const first = filters.find((one) => one !== undefined);
  const rest = [...filters.map((one) => (one === first && one?.each ? undefined : one?.where)), ...(wanted.also ?? [])];
  const ways = visible?.ways ?? [ANY];
  const [only] = ways;
  if (ways.length === 1 && first?.each === undefined) return and(only?.where, ...rest, part.isBehind);
  const each = first?.each;
  const [values, many] = isListed(each) ? [each, undefined] : [[undefined], each];
  const pages = ways.flatMap(({ where, keys }) =>
    wanted.few !== undefined && keys.size === 1 && keys.has(wanted.few)
      ? [pageOf(walked(from, where, part), and(first?.where, ...rest), undefined, part)]
      : values.map((value) => pageOf(from, and(where, value, ...rest), many, part)),
  );
  const found = sql.join(
    pages.map((page) => sql`(${page})`),
    sql` union `,
  );
  const id = part.columns.at(-1);
  if (id === undefined) throw new Error('A page has an order.');
  return sql`${id} in (select ${sql.identifier(id.name)} from (${found}) found ${firstOf(part, outer(part))})`;
}

const ANY: Way = { where: sql`true`, keys: new Set() };

/** The rows of one condition in their order. Postgres takes no other index to read them, whatever it is asked besides. */
const walked = (from: PgTable | SQL, where: SQL, part: Part): SQL =>
  sql`(select * from ${from} where ${and(where, part.isBehind)}
    order by ${orderBy(part.columns, part.direction)} offset 0) as ${part.columns[0]?.table}`;

/** The page of the rows that meet a condition, and of each value's if they are asked for by values. */
function pageOf(from: PgTable | SQL, where: SQL | undefined, many: Many | undefined, part: Part): SQL {
  const keys = sql.join([...part.columns], sql`, `);
  const isOne = and(where, many?.isOne, part.isBehind);
  const page = sql`select ${keys} from ${from} where ${isOne} ${firstOf(part, part.columns)}`;
  if (many === undefined) return page;
  return sql`select found.* from ${many.values} cross join lateral (${page}) found ${firstOf(part, outer(part))}`;
}

const isListed = (each: AnyOf['each']): each is readonly SQL[] => Array.isArray(each);

/** The columns of a page that is read from a page. */
const outer = ({ columns }: Part): SQL[] => columns.map(({ name }) => sql`found.${sql.identifier(name)}`);

function firstOf({ direction, limit }: Part, columns: readonly (SQL | PgColumn)[]): SQL {
  return sql`order by ${orderBy(columns, direction)} limit ${limit}`;
}

/** What an order is in SQL. */
export const orderBy = (columns: readonly (SQL | PgColumn)[], direction: 'ASC' | 'DESC'): SQL =>
  sql.join(
    columns.map((column) => sql`${column} ${sql.raw(direction)}`),
    sql`, `,
  );
