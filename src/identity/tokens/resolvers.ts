import type { Context } from '../../authority/index.js';
import type { MutationIssueTokenArgs, MutationRevokeTokenArgs, QueryTokensArgs } from '../../generated/graphql.js';
import { withIds } from '../../platform/ids.js';
import { payload } from '../../platform/payload.js';
import { loadApiCredential } from '../credentials/index.js';
import { SCOPE_IDS, scopeView } from '../scopes/index.js';
import { issueToken } from './issue.js';
import { listTokens, revokeToken } from './service.js';
import type { TokenRow } from './tables.js';

export const tokenResolvers = {
  Query: {
    tokens: (_: unknown, args: QueryTokensArgs, context: Context) => listTokens(context, args),
  },
  Mutation: {
    issueToken: (_: unknown, { input }: MutationIssueTokenArgs, context: Context) =>
      payload(() => issueToken(context, withIds(input, { scope: SCOPE_IDS }))),
    revokeToken: (_: unknown, { input }: MutationRevokeTokenArgs, context: Context) =>
      payload(() => revokeToken(context, withIds(input, { tokenId: 'Token' }))),
  },
  Token: {
    scope: (row: TokenRow) => scopeView(row),
    apiCredential: ({ credentialId }: TokenRow, _: object, context: Context) =>
      credentialId && loadApiCredential(context).load(credentialId),
    isCurrent: ({ id }: TokenRow, _: object, { actor }: Context) => id === actor.token?.id,
  },
};
