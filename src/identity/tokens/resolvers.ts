import type { Context } from '../../authority/index.js';
import type { QueryTokensArgs } from '../../generated/graphql.js';
import { loadApiCredential } from '../credentials/index.js';
import { scopeView } from '../scopes/index.js';
import { listTokens } from './service.js';
import type { TokenRow } from './tables.js';

export const tokenResolvers = {
  Query: {
    tokens: (_: unknown, args: QueryTokensArgs, context: Context) => listTokens(context, args),
  },
  Token: {
    scope: (row: TokenRow) => scopeView(row),
    apiCredential: ({ credentialId }: TokenRow, _: object, context: Context) =>
      credentialId && loadApiCredential(context).load(credentialId),
    isCurrent: ({ id }: TokenRow, _: object, { actor }: Context) => id === actor.token?.id,
  },
};
