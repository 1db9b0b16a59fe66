import type { Context } from '../../authority/index.js';
import type { QueryAuditEntriesArgs } from '../../generated/graphql.js';
import { withIds } from '../../platform/ids.js';
import { actorOf, entryFormOf, listAuditEntries } from './service.js';
import type { AuditEntryRow } from './tables.js';
import { actions, targetTypes } from './words.js';

export const resolvers = {
  Query: {
    auditEntries: (_: unknown, args: QueryAuditEntriesArgs, context: Context) =>
      listAuditEntries(context, withIds(args, { filter: { domainIds: 'Domain', projectIds: 'Project' } })),
  },
  AuditEntry: {
    action: ({ action }: AuditEntryRow) => actions.nameOf(action),
    targetType: ({ targetType }: AuditEntryRow) => targetType && targetTypes.nameOf(targetType),
    actor: actorOf,
    sealedForm: entryFormOf,
  },
};
