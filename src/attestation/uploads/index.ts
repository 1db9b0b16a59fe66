export { uploadPolicies } from './policies.js';
export { uploadResolvers } from './resolvers.js';
export { createUpload, fillUpload, takeUpload } from './service.js';
