import type { Context } from '../../authority/index.js';
import type { QueryAuditEntriesArgs } from '../../generated/graphql.js';
import { actorOf, listAuditEntries } from './service.js';

export const resolvers = {
  Query: {
    auditEntries: (_: unknown, args: QueryAuditEntriesArgs, context: Context) => listAuditEntries(context, args),
  },
  AuditEntry: { actor: actorOf },
};
