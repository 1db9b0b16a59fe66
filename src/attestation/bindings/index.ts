import { agentBindAllowlist } from './policies.js';

export { bindingResolvers } from './resolvers.js';
export const bindingPolicies = [agentBindAllowlist];
