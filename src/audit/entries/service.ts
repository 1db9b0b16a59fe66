import type { Actor, AuditFact, Context, EntryPlace } from '../../authority/index.js';
import { anonymous, byId, defineLoader } from '../../authority/index.js';
import type { Tx } from '../../db/open.js';
import { notFound } from '../../platform/errors.js';
import { type Id, newIdAt } from '../../platform/ids.js';
import { type Connection, connection, type PageArgs, pageRequest } from '../../platform/pagination.js';
import type { EntryForm } from '../chain/index.js';
import { auditList } from './policies.js';
import * as repository from './repository.js';
import { type AuditEntryRow, auditEntries } from './tables.js';
import { actorKinds, scopeTypeOf } from './words.js';

/** Writes an entry for each fact, in the transaction of the change that they describe. */
export async function recordAudit(
  tx: Tx,
  request: { requestId: string; actor: Actor; at: Date },
  ...facts: readonly AuditFact[]
): Promise<readonly EntryPlace[]> {
  const rows = facts.map((fact) => entryOf(request, fact));
  await repository.insert(tx, rows);
  return rows.map(({ domainId, projectId, actorId }) => ({ domainId, projectId, actorId }));
}

function entryOf(
  { requestId, actor, at }: { requestId: string; actor: Actor; at: Date },
  fact: AuditFact,
): AuditEntryRow {
  const { principal, token, where } = actor;
  const scope = { domainId: null, projectId: null, ...where };
  return {
    id: newIdAt('AuditEntry', at),
    occurredAt: at,
    action: fact.action,
    outcome: fact.outcome ?? 'ALLOWED',
    actorKind: principal?.kind ?? null,
    actorId: principal?.id ?? null,
    actorName: principal?.name ?? null,
    tokenId: token?.id ?? null,
    actorScopeType: where?.type ?? null,
    actorDomainId: scope.domainId,
    actorProjectId: scope.projectId,
    targetType: fact.target?.type ?? null,
    targetId: fact.target?.id ?? null,
    domainId: fact.owner ? (fact.owner.domainId ?? null) : scope.domainId,
    projectId: fact.owner ? (fact.owner.projectId ?? null) : scope.projectId,
    requestId,
    policy: fact.policy ?? null,
    details: { ...fact.details },
  };
}

/** Records that old entries were dropped because of the settings, not by a caller. */
export async function recordTrim(tx: Tx, details: Readonly<Record<string, unknown>>, at: Date): Promise<void> {
  await recordAudit(tx, { requestId: 'retention', actor: anonymous, at }, { action: 'audit.trimmed', details });
}

export async function listAuditEntries(
  context: Context,
  args: PageArgs & { filter?: repository.EntryFilter | null | undefined },
): Promise<Connection<AuditEntryRow>> {
  const page = pageRequest(args, 'audit', 1);
  const visible = context.policies.visible([auditList.name], context.actor, auditEntries);
  const rows = await repository.list(context.db, visible, args.filter ?? {}, page);
  return connection(rows, page, (row) => [row.id]);
}

export const loadAuditEntry = defineLoader(async (context, ids: readonly Id<'AuditEntry'>[]) => {
  const visible = context.policies.visible([auditList.name], context.actor, auditEntries);
  return byId(await repository.listByIds(context.db, visible, ids));
});

export async function getAuditEntry(context: Context, id: Id<'AuditEntry'>): Promise<AuditEntryRow> {
  const found = await loadAuditEntry(context).load(id);
  if (found === null) throw notFound('audit entry');
  return found;
}

/** An entry in the form that is hashed and exported, with the stored words. */
export function entryFormOf(row: AuditEntryRow): EntryForm {
  const { id, action, outcome, targetType, targetId, domainId, projectId, requestId, policy, details } = row;
  const occurredAt = row.occurredAt.toISOString();
  const object = { targetType, targetId, domainId, projectId };
  const actor = { ...actorOf(row), kind: row.actorKind, scopeType: row.actorScopeType };
  return { id, occurredAt, action, outcome, actor, ...object, requestId, policy, details };
}

/** The actor, as it was known at the time. */
export const actorOf = (row: AuditEntryRow) => ({
  kind: row.actorKind === null ? null : actorKinds.nameOf(row.actorKind),
  id: row.actorId,
  name: row.actorName,
  tokenId: row.tokenId,
  scopeType: scopeTypeOf(row.actorScopeType),
  domainId: row.actorDomainId,
  projectId: row.actorProjectId,
});
