import { projectSetDefaults } from './policies.js';

export { defaultAllowlistOf } from './repository.js';
export { projectDefaultResolvers } from './resolvers.js';
export { projectDefaults } from './tables.js';
export const projectDefaultPolicies = [projectSetDefaults];
