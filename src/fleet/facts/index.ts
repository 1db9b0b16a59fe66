export { nodeReportFacts } from './policies.js';
export { resetFacts } from './repository.js';
export { factResolvers } from './resolvers.js';
export { loadFacts } from './service.js';
export { nodeFacts } from './tables.js';
