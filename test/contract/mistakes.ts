// What must not compile. Nothing here is run: that each line with an expected error has one is what `tsc -p .` tests.
import { eq } from 'drizzle-orm';
import {
  type AllowlistRow,
  allowlists,
  loadRevision,
  resolveAllowlist,
} from '../../src/attestation/allowlists/index.js';
import { findJudged } from '../../src/attestation/challenges/repository.js';
import { attestationRecords, updateRecord } from '../../src/attestation/records/index.js';
import {
  type AttestationResultRow,
  attestationResults,
  getResult,
  loadResult,
} from '../../src/attestation/results/index.js';
import { type TransitionRow, trustTransitions } from '../../src/attestation/transitions/tables.js';
import { type AuditEntryRow, auditEntries, loadAuditEntry } from '../../src/audit/entries/index.js';
import { auditSeals } from '../../src/audit/seals/index.js';
import { type Act, type Context, type Feed, referringTo } from '../../src/authority/index.js';
import { idempotencyKeys } from '../../src/authority/tables.js';
import { among } from '../../src/db/among.js';
import type { Db, RootDb, Tx } from '../../src/db/open.js';
import { events } from '../../src/events/index.js';
import { findById, insert } from '../../src/identity/projects/repository.js';
import { getProject, listProjects, loadProject } from '../../src/identity/projects/service.js';
import { type ProjectRow, projects } from '../../src/identity/projects/tables.js';
import { type Id, isId, newId, withIds } from '../../src/platform/ids.js';
import { findUploaded } from '../../src/uploads/uploads/index.js';
import { findUpload } from '../../src/uploads/uploads/repository.js';

export function withTransactions(db: Db, root: RootDb, tx: Tx) {
  const writes = (of: Tx) => of;
  const reads = (of: Db) => of;
  const begins = (of: RootDb) => of;
  return [
    () => [writes(tx), reads(tx), reads(root), begins(root)],
    // @ts-expect-error The database is no transaction of it.
    () => writes(root),
    // @ts-expect-error Nor is what may be either.
    () => writes(db),
    // @ts-expect-error What begins transactions cannot be given one.
    () => begins(tx),
    // @ts-expect-error Nor what may be one.
    () => begins(db),
    // @ts-expect-error A transaction is not nested.
    () => tx.transaction(async () => {}),
    // @ts-expect-error Nor begun where there may be one.
    () => db.transaction(async () => {}),
  ];
}

export function withIdsOfUploads(context: Context, db: Db, given: string) {
  return [
    () => findUpload(db, newId('Upload')),
    () => isId('Upload', given) && findUpload(db, given),
    // @ts-expect-error Another kind's id finds no upload.
    () => findUpload(db, newId('Agent')),
    // @ts-expect-error Nor does a text that nobody looked at.
    () => findUpload(db, given),
    // @ts-expect-error Nor does such a text find content.
    () => findUploaded(context, given),
  ];
}

export function withIdsOfAllowlists(context: Context, tx: Tx, { id, currentRevisionId, ...rest }: AllowlistRow) {
  return [
    () => [resolveAllowlist(context, { id }), loadRevision(context).load(currentRevisionId)],
    // @ts-expect-error A revision's id finds no list.
    () => resolveAllowlist(context, { id: currentRevisionId }),
    // @ts-expect-error Nor does a text that nobody looked at.
    () => resolveAllowlist(context, { id: '' }),
    // @ts-expect-error A list's id finds no revision.
    () => loadRevision(context).load(id),
    // @ts-expect-error Nor is it the id of the list's revision.
    () => tx.insert(allowlists).values({ ...rest, id, currentRevisionId: id }),
  ];
}

/** A result names an agent and the revision that it was judged by. */
export function withIdsOfResults(context: Context, tx: Tx, row: AttestationResultRow) {
  const { id, agentId, allowlistRevisionId } = row;
  return [
    () => [getResult(context, id), loadResult(context).load(id), findJudged(tx, agentId)],
    // @ts-expect-error An agent's id finds no result.
    () => getResult(context, agentId),
    // @ts-expect-error Nor does a text that nobody looked at.
    () => loadResult(context).load(''),
    // @ts-expect-error A result's id finds no agent to judge.
    () => findJudged(tx, id),
    // @ts-expect-error It is not what a result stores as its agent.
    () => tx.insert(attestationResults).values({ ...row, agentId: id }),
    // @ts-expect-error A revision's id is not what a record stores as its last result.
    () => tx.update(attestationRecords).set({ lastResultId: allowlistRevisionId }),
  ];
}

export function withIdsOfRequestsAndEvents(tx: Tx, agentId: Id<'Agent'>, eventId: Id<'Event'>) {
  return [
    () => [eq(idempotencyKeys.principalId, agentId), eq(events.id, eventId)],
    // @ts-expect-error An event makes no request.
    () => eq(idempotencyKeys.principalId, eventId),
    // @ts-expect-error An agent's id is no event's.
    () => tx.update(events).set({ id: agentId }),
  ];
}

export function withIdsOfTransitions(tx: Tx, row: TransitionRow, resultId: Id<'AttestationResult'>) {
  return [
    () => [updateRecord(tx, row.agentId, { lastResultId: resultId }), tx.insert(trustTransitions).values(row)],
    // @ts-expect-error A transition's id is not its agent's.
    () => updateRecord(tx, row.id, { lastResultId: resultId }),
    // @ts-expect-error Nor the id of the result that caused it.
    () => tx.insert(trustTransitions).values({ ...row, resultId: row.id }),
    // @ts-expect-error Who caused it is no result.
    () => tx.insert(trustTransitions).values({ ...row, actorId: resultId }),
    // @ts-expect-error A project's id is not its domain's.
    () => tx.insert(trustTransitions).values({ ...row, domainId: row.projectId }),
  ];
}

export function withIdsOfAuditEntries(context: Context, tx: Tx, entry: AuditEntryRow) {
  return [
    () => [loadAuditEntry(context).load(entry.id), tx.insert(auditEntries).values(entry)],
    // @ts-expect-error An event's id finds no entry.
    () => loadAuditEntry(context).load(newId('Event')),
    // @ts-expect-error Nor does a text that nobody looked at.
    () => loadAuditEntry(context).load(''),
    // @ts-expect-error Nor is it what a seal is for.
    () => tx.insert(auditSeals).values({ seq: 1, hash: '', entryId: newId('Event') }),
    // @ts-expect-error An entry's id is not what its actor presented.
    () => tx.insert(auditEntries).values({ ...entry, tokenId: entry.id }),
    // @ts-expect-error A project's id is not its domain's.
    () => tx.insert(auditEntries).values({ ...entry, domainId: entry.projectId }),
  ];
}

/** An agent's id where a project's is wanted. */
export function withAnAgentForAProject(context: Context, act: Act, agentId: Id<'Agent'>, row: ProjectRow) {
  const { tx } = act;
  return [
    () => [
      findById(tx, row.id),
      getProject(context, { id: row.id }),
      eq(projects.id, row.id),
      among(projects.id, [row.id]),
    ],
    // @ts-expect-error In a repository call.
    () => findById(tx, agentId),
    // @ts-expect-error In a service call.
    () => getProject(context, { id: agentId }),
    // @ts-expect-error In a loader.
    () => loadProject(context).load(agentId),
    // @ts-expect-error In an insert, as the row's own id.
    () => tx.insert(projects).values({ ...row, id: agentId }),
    // @ts-expect-error In an insert, as what it refers to.
    () => insert(tx, { ...row, parentId: agentId }),
    // @ts-expect-error In a comparison.
    () => eq(projects.id, agentId),
    // @ts-expect-error In a filter.
    () => among(projects.id, [agentId]),
    // @ts-expect-error In the search for what refers to it.
    () => referringTo(act, 'Project', agentId),
    // @ts-expect-error In what is owned by a scope.
    () => context.recordAudit(tx, of(context), { action: 'agent.created', owner: { projectId: agentId } }),
    // @ts-expect-error In an input whose field was taken for another kind's.
    () => listProjects(context, withIds({ filter: { parentIds: [''] } }, { filter: { parentIds: 'Agent' } })),
    // @ts-expect-error In an input that was taken as it came.
    () => listProjects(context, { filter: { parentIds: [''] } }),
  ];
}

/** Events carry ids of any kind, so a feed reads its objects by texts. */
export function withAFeedOfAgents(tells: NonNullable<Feed['tells']>): Feed[] {
  return [
    { type: 'a.b', objects: async (_db: Db, _ids: readonly string[]) => new Map(), tells },
    // @ts-expect-error One that wants ids of a kind would get texts that nobody looked at.
    { type: 'a.b', objects: async (_db: Db, _ids: readonly Id<'Agent'>[]) => new Map(), tells },
  ];
}

const of = ({ requestId, actor }: Context) => ({ requestId, actor, at: new Date() });
