import { definePolicy } from '../../platform/policy/index.js';

// What a machine asks before it has a token: the answer depends on secrets.

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
