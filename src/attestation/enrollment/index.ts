import { agentActivate, agentEnroll } from './policies.js';

export { enrollmentResolvers } from './resolvers.js';
export const enrollmentPolicies = [agentEnroll, agentActivate];
