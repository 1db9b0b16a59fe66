import { and, desc, eq, getTableColumns, lt, type SQL, sql } from 'drizzle-orm';
import { type Context, defineLoaderOf } from '../../authority/index.js';
import { countUpTo } from '../../db/counted.js';
import { type JsonRow, rowFrom } from '../../db/rows.js';
import { OBJECT_ID, rowsBelow } from '../../db/rows-below.js';
import { invalidCursor } from '../../platform/errors.js';
import type { Id } from '../../platform/ids.js';
import {
  type Connection,
  connection,
  type PageArgs,
  type PageRequest,
  pageRequest,
} from '../../platform/pagination.js';
import { allowlistGet } from './policies.js';
import { allowlistRevisions, allowlists, type RevisionRow } from './tables.js';

type Page = Connection<RevisionRow>;

const { tpmPolicy, vtpmPolicy, ...short } = getTableColumns(allowlistRevisions);
/** The fields that show what a PCR policy says. It may be long, so it is read only for these. */
const PCR_FIELDS = ['tpmPolicy', 'tpmPcrs', 'vtpmPolicy', 'vtpmPcrs'];
const withLists = sql`${allowlistRevisions} inner join ${allowlists} on ${allowlists.id} = ${allowlistRevisions.allowlistId}`;

/** Pages of the revisions of some lists, in one statement. */
const loadRevisions = defineLoaderOf(
  async (context, ids: readonly Id<'Allowlist'>[], { fields, ...args }: PageArgs & { fields: readonly string[] }) => {
    const page = pageRequest(args, '-number');
    const visible = context.policies.visible([allowlistGet], context.actor, allowlists);
    const columns = PCR_FIELDS.some((field) => fields.includes(field)) ? { ...short, tpmPolicy, vtpmPolicy } : short;
    const some = sql`select ${sql.join(Object.values(columns), sql`, `)} from ${withLists}
      where ${and(visible.where, eq(allowlistRevisions.allowlistId, OBJECT_ID), isBefore(page))}
      order by ${desc(allowlistRevisions.number)} limit ${page.first + 1}`;
    const found = await rowsBelow<JsonRow, Id<'Allowlist'>>(context.db, ids, some);
    const pageOf = (id: Id<'Allowlist'>, rows: readonly JsonRow[]): Page =>
      connection(
        rows.map((row) => rowFrom(allowlistRevisions, row)),
        page,
        ({ number }) => [String(number)],
        () => countUpTo(context.db, withLists, and(visible.where, eq(allowlistRevisions.allowlistId, id))),
      );
    return new Map([...found].map(([id, rows]) => [id, pageOf(id, rows)]));
  },
);

/** The revisions that come after a cursor: those of smaller numbers. */
function isBefore({ after }: PageRequest): SQL | undefined {
  if (after === null) return undefined;
  const [number = ''] = after;
  if (!/^\d{1,9}$/.test(number)) throw invalidCursor();
  return lt(allowlistRevisions.number, Number(number));
}

/**
 * The kept revisions of a list, newest first.
 * @param fields Names of the requested fields.
 */
export const revisionsOf = (
  context: Context,
  id: Id<'Allowlist'>,
  { first, after }: PageArgs,
  fields: ReadonlySet<string>,
): Promise<Page | null> => loadRevisions(context, { first, after, fields: [...fields] }).load(id);
