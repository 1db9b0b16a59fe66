export { nodeRejoin } from './policies.js';
export { rejoinResolvers } from './resolvers.js';
