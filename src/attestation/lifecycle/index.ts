import { agentBan, agentReset, agentRetire } from './policies.js';

export { adoptAgent, retireForNode } from './nodes.js';
export { lifecycleResolvers } from './resolvers.js';
export { retiredAgentSweep } from './retired.js';
export const lifecyclePolicies = [agentReset, agentBan, agentRetire];
