import { definePolicy, defineTarget } from '../../platform/policy/index.js';
import { type JoinTokenRow, joinTokens } from './tables.js';

const target = defineTarget<JoinTokenRow>()(joinTokens, {
  id: { type: 'text', row: (row) => row.id, sql: (t) => t.id },
});
const boundary = { system: '@' };

export const joinTokenGet = definePolicy<JoinTokenRow>({
  name: 'join_token:get',
  description: 'Read join tokens; the secret that machines present is nowhere to be read.',
  scopeTypes: ['system'],
  target,
  boundary,
  check: 'role:reader',
  operations: ['Query.joinTokens', 'JoinToken.*'],
});

export const joinTokenCreate = definePolicy({
  name: 'join_token:create',
  description: 'Create join tokens, with which machines become nodes.',
  scopeTypes: ['system'],
  check: 'role:manager',
  operations: ['Mutation.createJoinToken'],
});

export const joinTokenRevoke = definePolicy<JoinTokenRow>({
  name: 'join_token:revoke',
  description: 'Revoke join tokens.',
  scopeTypes: ['system'],
  target,
  boundary,
  check: 'role:manager',
  operations: ['Mutation.revokeJoinToken'],
});

export const joinTokenPolicies = [joinTokenGet, joinTokenCreate, joinTokenRevoke];
