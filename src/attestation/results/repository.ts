import { and, desc, eq, getTableColumns, inArray, sql } from 'drizzle-orm';
import { isBelow } from '../../db/by-id.js';
import { countUpTo } from '../../db/counted.js';
import type { Db, Tx } from '../../db/open.js';
import type { Id } from '../../platform/ids.js';
import type { PageRequest } from '../../platform/pagination.js';
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

/** How many results an agent has; null for very many. */
export const countResults = (
  db: Db,
  visible: Visible<typeof attestationResults>,
  agentId: Id<'Agent'>,
): Promise<number | null> =>
  countUpTo(db, attestationResults, and(eq(attestationResults.agentId, agentId), visible.where));

/**
 * An agent's results, newest first: ids begin with their time. Failures may be long, so they are read only on request.
 */
export async function listResults(
  db: Db,
  visible: Visible<typeof attestationResults>,
  agentId: Id<'Agent'>,
  page: PageRequest,
  hasFailures: boolean,
): Promise<AttestationResultRow[]> {
  const { id } = attestationResults;
  return db
    .select({ ...short, failures: hasFailures ? failures : sql<AttestationResultRow['failures']>`'[]'::jsonb` })
    .from(attestationResults)
    .where(and(eq(attestationResults.agentId, agentId), isBelow(id, page), visible.where))
    .orderBy(desc(id))
    .limit(page.first + 1);
}
