import type { Context } from '../../authority/index.js';
import type { MutationDeleteUserArgs, MutationUpdateUserArgs } from '../../generated/graphql.js';
import { etagOf } from '../../platform/etag.js';
import { payload } from '../../platform/payload.js';
import { deleteUser, updateUser } from './changes.js';

export const userResolvers = {
  Mutation: {
    updateUser: (_: unknown, { input }: MutationUpdateUserArgs, context: Context) =>
      payload(async () => ({ user: await updateUser(context, input) })),
    deleteUser: (_: unknown, { input }: MutationDeleteUserArgs, context: Context) =>
      payload(async () => ({ userId: await deleteUser(context, input) })),
  },
  User: { etag: etagOf },
};
