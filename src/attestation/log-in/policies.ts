import { definePolicy } from '../../platform/policy/index.js';

/** What a machine asks before it has a token: the answer depends on a signature. */
export const agentLogIn = definePolicy<never>({
  name: 'agent:log_in',
  description: 'Log an agent in by a quote.',
  scopeTypes: 'public',
  check: '@',
  operations: ['Mutation.logInAgent'],
});
