export { permissionGet } from './policies.js';
export { questionResolvers } from './resolvers.js';
