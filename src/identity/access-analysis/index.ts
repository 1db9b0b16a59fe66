export { permissionGet } from './policies.js';
export { accessAnalysisResolvers } from './resolvers.js';
