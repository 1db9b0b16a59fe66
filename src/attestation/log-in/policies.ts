import { definePolicy } from '../../platform/policy/index.js';

/** What a machine asks before it has a token: the answer depends on a signature. */
export const agentLogIn = definePolicy<never>({
  name: 'agent:log_in',
  description: 'Log in an agent with a quote.',
  scopeTypes: 'public',
  check: '@',
  operations: ['Mutation.logInAgent'],
});
