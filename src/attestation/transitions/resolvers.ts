import type { Context } from '../../authority/index.js';
import type { QueryTrustChangesArgs } from '../../generated/graphql.js';
import { type Id, withIds } from '../../platform/ids.js';
import type { PageArgs } from '../../platform/pagination.js';
import { changesOf, loadHistory } from './history.js';
import type { Period } from './repository.js';

export const transitionResolvers = {
  Query: {
    trustChanges: (_: unknown, { buckets, ...args }: QueryTrustChangesArgs, context: Context) =>
      changesOf(context, { ...withIds(args, { projectIds: 'Project' }), buckets: buckets ?? 48 }),
  },
  Agent: {
    trustHistory: ({ id }: { id: Id<'Agent'> }, { first, after }: PageArgs, context: Context) =>
      loadHistory(context, { first, after }).load(id),
  },
  TrustPeriod: {
    state: ({ toState }: Period) => toState,
    previous: ({ fromState }: Period) => fromState,
    since: ({ occurredAt }: Period) => occurredAt,
    until: ({ endedAt }: Period) => endedAt,
  },
};
