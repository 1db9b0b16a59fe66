import { type Context, defineLoader } from '../../authority/index.js';
import type { Db } from '../../db/open.js';
import { invalidCursor, notFound } from '../../platform/errors.js';
import { type Connection, connection, type PageArgs, pageRequest } from '../../platform/pagination.js';
import type { FileEntry } from '../../platform/policy/index.js';
import { policyListRevisions } from './policies.js';
import * as repository from './repository.js';
import { type CandidateChangeRow, policyRevisions, type RevisionRow } from './tables.js';

/** A revision as the API returns it; revision 0 has no row. */
export type RevisionView = Omit<RevisionRow, 'createdAt'> & { readonly createdAt: Date | null };

const DECLARED: RevisionView = {
  number: 0,
  isCandidate: false,
  enforceNewDefaults: true,
  userId: null,
  reason: null,
  rolledBackTo: null,
  createdAt: null,
  endedAt: null,
};

/** A revision by its number; without a number, the revision in force. */
export async function getPolicyRevision(context: Context, number: number | null | undefined): Promise<RevisionView> {
  return viewOf(context.db, number ?? (await repository.findNumbers(context.db)).inForce);
}

/** @throws Refusal NOT_FOUND when no revision with this number came into force. */
export async function viewOf(db: Db, number: number): Promise<RevisionView> {
  if (number === 0) return DECLARED;
  const row = await repository.findByNumber(db, number);
  if (row === undefined || row.isCandidate) throw notFound('revision');
  return row;
}

/** Every revision that came into force, newest first. */
export async function listPolicyRevisions(context: Context, args: PageArgs): Promise<Connection<RevisionRow>> {
  const page = pageRequest(args, 'policyRevisions');
  if (page.after !== null && !/^\d{1,9}$/.test(page.after[0] ?? '')) throw invalidCursor();
  const visible = context.policies.visible([policyListRevisions.name], context.actor, policyRevisions);
  const rows = await repository.list(context.db, visible, page);
  return connection(
    rows,
    page,
    (row) => [String(row.number)],
    () => repository.countAll(context.db, visible),
  );
}

/** The checks of revisions, by number. */
export const loadEntries = defineLoader<readonly FileEntry[]>(async ({ db }, numbers) => {
  const entries = await repository.listEntries(db, numbers.map(Number));
  return new Map([...entries].map(([number, some]) => [String(number), some]));
});

export interface CandidateView {
  readonly revision: RevisionRow;
  readonly changes: readonly CandidateChangeRow[];
}

/** The candidate, and the changed decisions that processes have stored so far; null when there is no candidate. */
export async function getPolicyCandidate({ db }: Context): Promise<CandidateView | null> {
  const { candidate } = await repository.findNumbers(db);
  const revision = candidate === null ? undefined : await repository.findByNumber(db, candidate);
  return revision ? { revision, changes: await repository.listChanges(db, revision.number) } : null;
}
