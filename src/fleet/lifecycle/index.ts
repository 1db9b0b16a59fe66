export { insertNode, type NewNode } from './create.js';
export { lifecyclePolicies } from './policies.js';
export { lifecycleResolvers } from './resolvers.js';
