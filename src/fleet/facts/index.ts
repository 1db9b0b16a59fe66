export { nodeReportFacts } from './policies.js';
export { insertFacts, resetFacts } from './repository.js';
export { factResolvers } from './resolvers.js';
export { nodeFacts } from './tables.js';
