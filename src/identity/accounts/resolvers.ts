import type { Context } from '../../authority/index.js';
import type {
  MutationDisableUserArgs,
  MutationEnableUserArgs,
  MutationRevokeTokensArgs,
  MutationSetUserPasswordArgs,
} from '../../generated/graphql.js';
import { withIds } from '../../platform/ids.js';
import { payload } from '../../platform/payload.js';
import { disableUser, enableUser, revokeTokens, setUserPassword } from './service.js';

type Root = unknown;

const USER = { user: { id: 'User' } } as const;

export const accountResolvers = {
  Mutation: {
    setUserPassword: (_: Root, { input }: MutationSetUserPasswordArgs, context: Context) =>
      payload(async () => ({ user: await setUserPassword(context, withIds(input, USER)) })),
    enableUser: (_: Root, { input }: MutationEnableUserArgs, context: Context) =>
      payload(async () => ({ user: await enableUser(context, withIds(input, USER)) })),
    disableUser: (_: Root, { input }: MutationDisableUserArgs, context: Context) =>
      payload(async () => ({ user: await disableUser(context, withIds(input, USER)) })),
    revokeTokens: (_: Root, { input }: MutationRevokeTokensArgs, context: Context) =>
      payload(() => revokeTokens(context, withIds(input, USER))),
  },
};
