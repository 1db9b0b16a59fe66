import type { Context } from '../../authority/index.js';
import type {
  MutationDisableUserArgs,
  MutationEnableUserArgs,
  MutationRevokeTokensArgs,
  MutationSetUserPasswordArgs,
} from '../../generated/graphql.js';
import { payload } from '../../platform/payload.js';
import { disableUser, enableUser, revokeTokens, setUserPassword } from './service.js';

type Root = unknown;

export const accountResolvers = {
  Mutation: {
    setUserPassword: (_: Root, { input }: MutationSetUserPasswordArgs, context: Context) =>
      payload(async () => ({ user: await setUserPassword(context, input) })),
    enableUser: (_: Root, { input }: MutationEnableUserArgs, context: Context) =>
      payload(async () => ({ user: await enableUser(context, input) })),
    disableUser: (_: Root, { input }: MutationDisableUserArgs, context: Context) =>
      payload(async () => ({ user: await disableUser(context, input) })),
    revokeTokens: (_: Root, { input }: MutationRevokeTokensArgs, context: Context) =>
      payload(() => revokeTokens(context, input)),
  },
};
