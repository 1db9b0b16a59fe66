export { nodeFeed } from './feed.js';
export { nodeReadiness, nodesLost } from './ready.js';
export { conditionResolvers } from './resolvers.js';
export { nodeTrust } from './trust.js';
