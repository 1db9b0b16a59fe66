import type { Context } from '../../authority/index.js';
import type { MutationRevokeSessionArgs, QuerySessionsArgs } from '../../generated/graphql.js';
import { withIds } from '../../platform/ids.js';
import { payload } from '../../platform/payload.js';
import type { TokenRow } from '../tokens/index.js';
import { listSessions, revokeSession } from './service.js';

export const sessionResolvers = {
  Query: {
    sessions: (_: unknown, { user }: QuerySessionsArgs, context: Context) =>
      listSessions(context, user && withIds(user, { id: 'User' })),
  },
  Mutation: {
    revokeSession: (_: unknown, { input }: MutationRevokeSessionArgs, context: Context) =>
      payload(() => revokeSession(context, withIds(input, { sessionId: 'Token' }))),
  },
  Session: {
    isCurrent: ({ id }: TokenRow, _: object, { actor }: Context) => id === actor.token?.id,
  },
};
