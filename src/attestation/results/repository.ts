import { and, desc, eq, getTableColumns, inArray, sql } from 'drizzle-orm';
import { isBelow } from '../../db/by-id.js';
import { countUpTo } from '../../db/counted.js';
import type { Db, Tx } from '../../db/open.js';
import { rowFrom } from '../../db/rows.js';
import { OBJECT_ID, pagesBelow } from '../../db/rows-below.js';
import type { Id } from '../../platform/ids.js';
import { type Connection, type PageArgs, pageRequest } from '../../platform/pagination.js';
import type { Visible } from '../../platform/policy/index.js';
import { type AttestationResultRow, attestationResults } from './tables.js';

/** @returns The row as it is stored. */
export async function insertResult(tx: Tx, row: AttestationResultRow): Promise<AttestationResultRow> {
  const stored = { ...row, failures: row.failures.map(withoutNul) };
  await tx.insert(attestationResults).values(stored);
  return stored;
}

/** Postgres keeps no NUL in jsonb, and a log may hold one. */
function withoutNul<T extends object>(failure: T): T {
  return JSON.parse(JSON.stringify(failure).replaceAll('\\u0000', '\\ufffd')) as T;
}

export async function findResult(db: Db, id: Id<'AttestationResult'>): Promise<AttestationResultRow | undefined> {
  const [row] = await db.select().from(attestationResults).where(eq(attestationResults.id, id));
  return row;
}

/** Those of the results that the caller may read. */
export async function findResults(
  db: Db,
  visible: Visible<typeof attestationResults>,
  ids: readonly Id<'AttestationResult'>[],
): Promise<AttestationResultRow[]> {
  return db
    .select()
    .from(attestationResults)
    .where(and(inArray(attestationResults.id, [...ids]), visible.where));
}

const { failures, ...short } = getTableColumns(attestationResults);

/**
 * Pages of the results of some agents, newest first: ids begin with their time. Failures may be long, so they are read
 * only on request.
 */
export function listResults(
  db: Db,
  visible: Visible<typeof attestationResults>,
  ids: readonly Id<'Agent'>[],
  { hasFailures, ...args }: PageArgs & { readonly hasFailures: boolean },
): Promise<ReadonlyMap<Id<'Agent'>, Connection<AttestationResultRow>>> {
  const page = pageRequest(args, '-id');
  const { id, agentId } = attestationResults;
  const columns = sql.join(Object.values(hasFailures ? { ...short, failures } : short), sql`, `);
  return pagesBelow(db, ids, {
    page,
    some: sql`select ${columns} from ${attestationResults}
      where ${and(eq(agentId, OBJECT_ID), isBelow(id, page), visible.where)} order by ${desc(id)} limit ${page.first + 1}`,
    rowFrom: (json) => rowFrom(attestationResults, json),
    keysOf: (row) => [row.id],
    count: (agent) => countUpTo(db, attestationResults, and(eq(agentId, agent), visible.where)),
  });
}
