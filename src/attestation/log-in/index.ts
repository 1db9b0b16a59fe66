import { agentLogIn } from './policies.js';

export { logInResolvers } from './resolvers.js';
export { nonceSweep } from './service.js';
export const logInPolicies = [agentLogIn];
