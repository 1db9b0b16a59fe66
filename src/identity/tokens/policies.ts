import { definePolicy } from '../../platform/policy/index.js';

export const tokenIssue = definePolicy({
  name: 'token:issue',
  description: 'Issue a token to a caller that proves who it is.',
  scopeTypes: 'public',
  check: '@',
  operations: ['Mutation.issueToken'],
});

export const tokenRevoke = definePolicy({
  name: 'token:revoke',
  description: 'Revoke an own token.',
  scopeTypes: 'authenticated',
  check: '@',
  operations: ['Mutation.revokeToken'],
});

export const viewerGet = definePolicy({
  name: 'viewer:get',
  description: 'Read who one is and what one may do.',
  scopeTypes: 'authenticated',
  check: '@',
  operations: ['Query.viewer', 'Viewer.*', 'Scope.*'],
});
