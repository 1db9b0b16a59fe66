import { type Context, couldDo, type Searchable } from '../../authority/index.js';
import { startsWith } from '../../db/by-name.js';
import { inOrder, isOnPage } from '../../db/in-order.js';
import { rowsOf } from '../../db/rows.js';
import { badInput } from '../../platform/errors.js';
import { type Id, isId, type Kind } from '../../platform/ids.js';
import { type Clause, clause } from '../../platform/sql/clause.js';

/** A search is for looking at, not for reading all. */
export const LIMIT_MAX = 20;
const TEXT_MAX = 255;

/** An object that was found. */
export interface Hit {
  readonly of: Kind;
  readonly id: string;
  readonly name: string | null;
  readonly domainId: Id<'Domain'> | null;
  readonly projectId: Id<'Project'> | null;
}

/**
 * Finds objects that the caller may read, in one statement for each kind that it may read at all. An id names one kind.
 * @throws Refusal BAD_USER_INPUT for no text or a longer one than a name can be, and for too many or no objects.
 */
export async function search(context: Context, text: string, limit: number): Promise<readonly Hit[]> {
  if (limit < 1 || limit > LIMIT_MAX) throw badInput(`limit must be from 1 to ${LIMIT_MAX}.`, { argument: 'limit' });
  if (text === '' || text.length > TEXT_MAX)
    throw badInput(`The text has 1 to ${TEXT_MAX} characters.`, { argument: 'text' });
  const readable = context.searchable.filter(({ read }) => couldDo(context, read.name));
  const named = readable.filter(({ of }) => isId(of, text));
  // A name may look like an id: such an object is found by its name too.
  const found = await Promise.all([
    ...named.map((one) => findIn(context, one, clause`${one.table.id} = ${text}`, limit)),
    ...readable.map((one) => findNamed(context, one, text, limit)),
  ]);
  return found.flat().slice(0, limit);
}

async function findNamed(context: Context, one: Searchable, text: string, limit: number): Promise<readonly Hit[]> {
  const { name, nameOf = (same: string) => same } = one;
  const isNamed = name && startsWith(name, nameOf(text));
  return isNamed === undefined ? [] : findIn(context, one, isNamed, limit);
}

async function findIn(
  { policies, actor, db }: Context,
  one: Searchable,
  where: Clause,
  limit: number,
): Promise<readonly Hit[]> {
  const { of, table, name, domainId, projectId, read } = one;
  const visible = policies.visible([read.name], actor, table as never);
  const columns = name === undefined ? [table.id] : [name, table.id];
  const part = { columns, direction: 'ASC', isBehind: undefined, limit } as const;
  const shown = (column: Searchable['domainId']) => (column === undefined ? clause`null` : clause`${column}`);
  const rows = await rowsOf<Omit<Hit, 'of'>>(
    db,
    clause`select ${table.id} as id, ${shown(name)} as name, ${shown(domainId)} as "domainId", ${shown(projectId)} as "projectId"
      from ${table} where ${isOnPage(table, { visible, also: [where] }, part)}
      order by ${inOrder(columns, 'ASC')} limit ${limit}`,
  );
  return rows.map((row) => ({ of, ...row }));
}
