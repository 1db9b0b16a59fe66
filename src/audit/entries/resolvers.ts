import type { Context } from '../../authority/index.js';
import type { QueryAuditCountsArgs, QueryAuditEntriesArgs, QueryAuditEntryArgs } from '../../generated/graphql.js';
import { loadAgentPrincipal } from '../../identity/agents/index.js';
import { loadDomain } from '../../identity/domains/index.js';
import { loadProject } from '../../identity/projects/index.js';
import { loadUser } from '../../identity/users/index.js';
import { type Id, toId, withIds } from '../../platform/ids.js';
import { countEntries } from './counts.js';
import { actorOf, entryFormOf, getAuditEntry, listAuditEntries } from './service.js';
import type { AuditEntryRow } from './tables.js';
import { actions, targetTypes } from './words.js';

type AuditActor = ReturnType<typeof actorOf>;

/** Where something belongs; the log outlives what these ids name. */
interface Place {
  readonly domainId: Id<'Domain'> | null;
  readonly projectId: Id<'Project'> | null;
}

/** The objects that ids name now, as far as the caller may read them. */
const place = {
  domain: ({ domainId }: Place, _: object, context: Context) => domainId && loadDomain(context).load(domainId),
  project: ({ projectId }: Place, _: object, context: Context) => projectId && loadProject(context).load(projectId),
};

export const resolvers = {
  Query: {
    auditEntry: (_: unknown, args: QueryAuditEntryArgs, context: Context) =>
      getAuditEntry(context, withIds(args, { id: 'AuditEntry' }).id),
    auditEntries: (_: unknown, args: QueryAuditEntriesArgs, context: Context) =>
      listAuditEntries(context, withIds(args, { filter: { domainIds: 'Domain', projectIds: 'Project' } })),
    auditCounts: (_: unknown, { filter, buckets }: QueryAuditCountsArgs, context: Context) =>
      countEntries(context, withIds(filter, { domainIds: 'Domain', projectIds: 'Project' }), buckets ?? 24),
  },
  AuditEntry: {
    ...place,
    action: ({ action }: AuditEntryRow) => actions.nameOf(action),
    targetType: ({ targetType }: AuditEntryRow) => targetType && targetTypes.nameOf(targetType),
    actor: actorOf,
    sealedForm: entryFormOf,
  },
  AuditActor: {
    ...place,
    user: ({ kind, id }: AuditActor, _: object, context: Context) =>
      kind === 'USER' && id !== null ? loadUser(context).load(toId('User', id)) : null,
    agent: ({ kind, id }: AuditActor, _: object, context: Context) =>
      kind === 'AGENT' && id !== null ? loadAgentPrincipal(context).load(toId('Agent', id)) : null,
  },
};
