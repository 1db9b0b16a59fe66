export { missingRoles } from './missing-roles.js';
export { permissionGet } from './policies.js';
export { accessAnalysisResolvers } from './resolvers.js';
