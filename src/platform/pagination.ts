import { badInput, invalidCursor } from './errors.js';
import { isStorable } from './text.js';

/** How many rows a page has without `first`. */
export const FIRST_DEFAULT = 50;
const FIRST_MAX = 200;
const CURSOR_LENGTH_MAX = 2048;

export interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

/** A page to fetch by key: the rows after `after` in the ordering, one more than `first` to see if others follow. */
export interface PageRequest {
  readonly first: number;
  readonly ordering: string;
  readonly after: readonly string[] | null;
}

export interface Connection<Row> {
  /** Made on access: most clients read `nodes`, and a cursor for each row has a cost. */
  readonly edges: { cursor: string; node: Row }[];
  nodes: Row[];
  /** How many there are on all pages, for lists that are counted; null for more than are. Counted on access. */
  readonly totalCount?: Promise<number | null> | undefined;
  pageInfo: PageInfo;
}

/** Lists are read forwards: what comes before a page is what its cursor came after. */
export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

/**
 * Reads the arguments of a connection. `ordering` names the order of the list, and `keys` is how many keys its cursors
 * have: a cursor of another ordering is refused, not misread.
 */
export function pageRequest(args: PageArgs, ordering = 'id', keys = 1): PageRequest {
  const first = args.first ?? FIRST_DEFAULT;
  if (first < 1 || first > FIRST_MAX) throw badInput(`first must be from 1 to ${FIRST_MAX}.`, { argument: 'first' });
  return { first, ordering, after: args.after == null ? null : decodeCursor(args.after, ordering, keys) };
}

/** Shapes the rows that were fetched for a request, at most `first + 1` of them. */
export function connection<Row>(
  rows: readonly Row[],
  request: PageRequest,
  keysOf: (row: Row) => readonly string[],
  count?: () => Promise<number | null>,
): Connection<Row> {
  const nodes = rows.slice(0, request.first);
  const cursorOf = (row: Row) => encodeCursor(request.ordering, keysOf(row));
  const [first, last] = [nodes.at(0), nodes.at(-1)];
  return {
    get edges() {
      return nodes.map((node) => ({ cursor: cursorOf(node), node }));
    },
    nodes,
    get totalCount() {
      return count?.();
    },
    pageInfo: {
      hasNextPage: rows.length > request.first,
      hasPreviousPage: request.after !== null,
      get startCursor() {
        return first ? cursorOf(first) : null;
      },
      endCursor: last ? cursorOf(last) : null,
    },
  };
}

/** A page of rows in the order of their ids; `read` returns one row more than the page has. */
export async function connectionById<Row extends { readonly id: string }>(
  args: PageArgs,
  read: (page: PageRequest) => Promise<readonly Row[]>,
  count?: () => Promise<number | null>,
): Promise<Connection<Row>> {
  const page = pageRequest(args);
  return connection(await read(page), page, ({ id }) => [id], count);
}

export function encodeCursor(ordering: string, keys: readonly string[]): string {
  return Buffer.from(JSON.stringify([ordering, ...keys])).toString('base64url');
}

/** @throws Refusal INVALID_CURSOR for anything but a cursor of this ordering. */
export function decodeCursor(cursor: string, ordering: string, keys: number): string[] {
  if (cursor.length > CURSOR_LENGTH_MAX) throw invalidCursor();
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw invalidCursor();
  }
  if (!Array.isArray(parts) || parts.length !== keys + 1 || parts[0] !== ordering) throw invalidCursor();
  if (!parts.every((part) => typeof part === 'string' && isStorable(part))) throw invalidCursor();
  return parts.slice(1) as string[];
}
