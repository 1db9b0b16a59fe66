import { and, asc, desc, eq, exists, gt, inArray, isNull, lt, lte, max, or, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { countUpTo } from '../../db/counted.js';
import type { Db, Tx } from '../../db/open.js';
import type { PageRequest } from '../../platform/pagination.js';
import type { FileEntry, Visible } from '../../platform/policy/index.js';
import {
  type CandidateChangeRow,
  policyCandidateChanges,
  policyOverrides,
  policyRevisions,
  type RevisionRow,
} from './tables.js';

const isInForce = eq(policyRevisions.isCandidate, false);
const isTried = and(eq(policyRevisions.isCandidate, true), isNull(policyRevisions.endedAt)) as SQL;

/** The numbers of the revision in force (0 when there never was one) and of the candidate, in one statement. */
export async function findNumbers(db: Db): Promise<{ readonly inForce: number; readonly candidate: number | null }> {
  const newest = (where: SQL) =>
    sql<number | null>`(select max(${policyRevisions.number}) from ${policyRevisions} where ${where})`;
  const [row] = await db
    .select({ inForce: newest(isInForce), candidate: newest(isTried) })
    .from(sql`(select 1) as one`);
  return { inForce: row?.inForce ?? 0, candidate: row?.candidate ?? null };
}

export async function findByNumber(db: Db, number: number): Promise<RevisionRow | undefined> {
  const [row] = await db.select().from(policyRevisions).where(eq(policyRevisions.number, number));
  return row;
}

/** The checks of some revisions, by number; each sorted by name. */
export async function listEntries(db: Db, revisions: readonly number[]): Promise<Map<number, FileEntry[]>> {
  const rows = await db
    .select()
    .from(policyOverrides)
    .where(inArray(policyOverrides.revision, [...revisions]))
    .orderBy(asc(policyOverrides.name));
  const entries = new Map(revisions.map((number) => [number, [] as FileEntry[]]));
  for (const { revision, name, checkText } of rows) entries.get(revision)?.push({ name, check: checkText });
  return entries;
}

/** Newest first. */
export function list(db: Db, visible: Visible<typeof policyRevisions>, page: PageRequest): Promise<RevisionRow[]> {
  const after = page.after?.[0];
  return db
    .select()
    .from(policyRevisions)
    .where(and(visible.where, isInForce, after === undefined ? undefined : lt(policyRevisions.number, Number(after))))
    .orderBy(desc(policyRevisions.number))
    .limit(page.first + 1);
}

/** How many came into force; null for very many. */
export const countAll = (db: Db, visible: Visible<typeof policyRevisions>): Promise<number | null> =>
  countUpTo(db, policyRevisions, and(visible.where, isInForce));

/** Writers hold the epoch exclusively, so no two take the same number. */
export async function insert(
  tx: Tx,
  row: Omit<RevisionRow, 'number' | 'endedAt'>,
  entries: readonly FileEntry[],
): Promise<RevisionRow> {
  const [last] = await tx.select({ number: max(policyRevisions.number) }).from(policyRevisions);
  const inserted = { ...row, number: (last?.number ?? 0) + 1, endedAt: null };
  await tx.insert(policyRevisions).values(inserted);
  const rows = entries.map(({ name, check }) => ({ revision: inserted.number, name, checkText: check }));
  if (rows.length > 0) await tx.insert(policyOverrides).values(rows);
  return inserted;
}

/** Ends the candidate; returns undefined when there was none. */
export async function endCandidate(tx: Tx, endedAt: Date): Promise<RevisionRow | undefined> {
  const [row] = await tx.update(policyRevisions).set({ endedAt }).where(isTried).returning();
  return row;
}

/** Adds the counts of a process to the stored ones. */
export async function addChanges(db: Db, rows: readonly CandidateChangeRow[]): Promise<void> {
  const { revision, policy, scopeType, change, count } = policyCandidateChanges;
  await db
    .insert(policyCandidateChanges)
    .values([...rows])
    .onConflictDoUpdate({
      target: [revision, policy, scopeType, change],
      set: { count: sql`${count} + excluded.count`, lastAt: sql`excluded.last_at` },
    });
}

/** The most frequent first. */
export function listChanges(db: Db, revision: number): Promise<CandidateChangeRow[]> {
  const { policy, scopeType, count } = policyCandidateChanges;
  return db
    .select()
    .from(policyCandidateChanges)
    .where(eq(policyCandidateChanges.revision, revision))
    .orderBy(desc(count), asc(policy), asc(scopeType));
}

/**
 * Removes some revisions that another revision replaced before a time, and candidates that ended before it. The last
 * revision stays, so that its number is never used again.
 */
export async function removePast(tx: Tx, before: Date, limit: number): Promise<number> {
  const { number, isCandidate, endedAt } = policyRevisions;
  const later = alias(policyRevisions, 'later');
  const since = (...where: (SQL | undefined)[]) =>
    exists(
      tx
        .select({ one: sql`1` })
        .from(later)
        .where(and(gt(later.number, number), ...where)),
    );
  const isReplaced = and(isInForce, since(eq(later.isCandidate, false), lte(later.createdAt, before)));
  const isEnded = and(eq(isCandidate, true), lte(endedAt, before), since());
  const rows = await tx
    .select({ number })
    .from(policyRevisions)
    .where(or(isReplaced, isEnded))
    .limit(limit)
    .for('update', { skipLocked: true });
  const numbers = rows.map((row) => row.number);
  if (numbers.length === 0) return 0;
  await tx.delete(policyOverrides).where(inArray(policyOverrides.revision, numbers));
  await tx.delete(policyCandidateChanges).where(inArray(policyCandidateChanges.revision, numbers));
  await tx.delete(policyRevisions).where(inArray(number, numbers));
  return numbers.length;
}
