import { definePolicy } from '../../platform/policy/index.js';

export const sessionOpen = definePolicy({
  name: 'session:open',
  description: 'Open a session for a person who logs in with a browser.',
  scopeTypes: 'public',
  check: '@',
  operations: ['HTTP.openSession'],
});

export const sessionGet = definePolicy({
  name: 'session:get',
  description: "Read the caller's own sessions, or those of a user whom the caller may disable.",
  scopeTypes: 'authenticated',
  check: '@',
  operations: ['HTTP.session', 'Query.sessions', 'Session.*'],
});

export const sessionRevoke = definePolicy({
  name: 'session:revoke',
  description: "Revoke the caller's own sessions, or those of a user whom the caller may disable.",
  scopeTypes: 'authenticated',
  check: '@',
  isForCredentials: false,
  operations: ['HTTP.closeSession', 'Mutation.revokeSession'],
});

export const sessionPolicies = [sessionOpen, sessionGet, sessionRevoke];
