export { uploadPolicies } from './policies.js';
export { uploadResolvers } from './resolvers.js';
export { uploadRoute } from './route.js';
export { createUpload, fillUpload, findUploaded, uploadSweep } from './service.js';
export { uploads } from './tables.js';
