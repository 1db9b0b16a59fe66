import type { Context } from '../../authority/index.js';
import type { QueryAuditEntriesArgs } from '../../generated/graphql.js';
import { listAuditEntries } from './service.js';
import type { AuditEntryRow } from './tables.js';

export const resolvers = {
  Query: {
    auditEntries: (_: unknown, args: QueryAuditEntriesArgs, context: Context) => listAuditEntries(context, args),
  },
  AuditEntry: {
    actor: (entry: AuditEntryRow) => ({
      kind: entry.actorKind,
      id: entry.actorId,
      name: entry.actorName,
      tokenId: entry.tokenId,
      scopeType: entry.actorScopeType,
      domainId: entry.actorDomainId,
      projectId: entry.actorProjectId,
    }),
  },
};
