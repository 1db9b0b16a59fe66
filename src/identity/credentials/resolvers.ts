import type { Context } from '../../authority/index.js';
import type {
  MutationCreateApiCredentialArgs,
  MutationDeleteApiCredentialArgs,
  QueryApiCredentialsArgs,
} from '../../generated/graphql.js';
import { withIds } from '../../platform/ids.js';
import { payload } from '../../platform/payload.js';
import { scopeView } from '../scopes/index.js';
import { loadUser } from '../users/index.js';
import { createApiCredential, deleteApiCredential, listApiCredentials } from './service.js';
import type { ApiCredentialRow } from './tables.js';

type Root = unknown;

export const credentialResolvers = {
  Query: {
    apiCredentials: (_: Root, args: QueryApiCredentialsArgs, context: Context) =>
      listApiCredentials(context, withIds(args, { filter: { userIds: 'User' } })),
  },
  Mutation: {
    createApiCredential: (_: Root, { input }: MutationCreateApiCredentialArgs, context: Context) =>
      payload(() => createApiCredential(context, input)),
    deleteApiCredential: (_: Root, { input }: MutationDeleteApiCredentialArgs, context: Context) =>
      payload(() => deleteApiCredential(context, withIds(input, { apiCredentialId: 'ApiCredential' }))),
  },
  ApiCredential: {
    user: ({ userId }: ApiCredentialRow, _: object, context: Context) => loadUser(context).load(userId),
    scope: (row: ApiCredentialRow) => scopeView(row),
  },
  Policy: {
    isForCredentials: ({ name }: { readonly name: string }, _: object, { policies }: Context) =>
      policies.get(name)?.isForCredentials ?? false,
  },
};
