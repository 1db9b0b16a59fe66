import { definePolicy, defineTarget } from '../../platform/policy/index.js';
import { type TokenRow, tokens } from './tables.js';

export const tokenIssue = definePolicy({
  name: 'token:issue',
  description: 'Issue a token to a caller that proves its identity.',
  scopeTypes: 'public',
  check: '@',
  operations: ['Mutation.issueToken'],
});

export const tokenRevoke = definePolicy({
  name: 'token:revoke',
  description: "Revoke the caller's own tokens.",
  scopeTypes: 'authenticated',
  check: '@',
  operations: ['Mutation.revokeToken'],
});

export const tokenList = definePolicy<TokenRow>({
  name: 'token:list',
  description: "Read the caller's own tokens.",
  scopeTypes: 'authenticated',
  target: defineTarget<TokenRow>()(tokens, {
    user_id: { type: 'text', row: (row) => row.userId, sql: (t) => t.userId },
  }),
  boundary: 'user_id:%(user_id)s',
  check: '@',
  operations: ['Query.tokens', 'Token.*'],
});

export const tokenRevokeAll = definePolicy({
  name: 'token:revoke_all',
  description: "Revoke all tokens: the caller's own, or those of a user whom the caller may disable.",
  scopeTypes: 'authenticated',
  check: '@',
  isForCredentials: false,
  operations: ['Mutation.revokeTokens'],
});

export const viewerGet = definePolicy({
  name: 'viewer:get',
  description: "Read the caller's own identity, permissions and scopes.",
  scopeTypes: 'authenticated',
  check: '@',
  operations: ['Query.viewer', 'Viewer.*', 'ViewerScope.*', 'Scope.*'],
});
