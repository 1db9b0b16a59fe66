import type { Actor, AuditFact, Context } from '../../authority/index.js';
import { byId, defineLoader } from '../../authority/index.js';
import type { Tx } from '../../db/open.js';
import { newId } from '../../platform/ids.js';
import { type Connection, connection, type PageArgs, pageRequest } from '../../platform/pagination.js';
import { auditList } from './policies.js';
import * as repository from './repository.js';
import { type AuditEntryRow, auditEntries } from './tables.js';

/** Writes one entry, in the transaction of what it tells. */
export async function recordAudit(
  tx: Tx,
  request: { requestId: string; actor: Actor; at: Date },
  fact: AuditFact,
): Promise<void> {
  const { principal, token, where } = request.actor;
  const scope = { domainId: null, projectId: null, ...where };
  await repository.insert(tx, {
    id: newId('AuditEntry'),
    occurredAt: request.at,
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
    requestId: request.requestId,
    policy: fact.policy ?? null,
    details: { ...fact.details },
  });
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

export const loadAuditEntry = defineLoader(async (context, ids) => {
  const visible = context.policies.visible([auditList.name], context.actor, auditEntries);
  return byId(await repository.listByIds(context.db, visible, ids));
});
