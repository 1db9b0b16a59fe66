import { definePolicy } from '../../platform/policy/index.js';

// Requests of a machine that has no token yet; the answer depends on secrets.

export const agentEnroll = definePolicy<never>({
  name: 'agent:enroll',
  description: 'Begin an enrollment with an enrollment token.',
  scopeTypes: 'public',
  check: '@',
  operations: ['Mutation.enrollAgent'],
});

export const agentActivate = definePolicy<never>({
  name: 'agent:activate',
  description: 'Complete an enrollment with an enrollment token.',
  scopeTypes: 'public',
  check: '@',
  operations: ['Mutation.activateAgent'],
});
