import { definePolicy } from '../../platform/policy/index.js';

/** A request of a machine that has no token yet; the answer depends on a signature. */
export const agentLogIn = definePolicy<never>({
  name: 'agent:log_in',
  description: 'Log in an agent with a quote.',
  scopeTypes: 'public',
  check: '@',
  operations: ['Mutation.logInAgent'],
});
