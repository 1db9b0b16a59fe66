export { joining } from './joining.js';
export { joinTokenPolicies } from './policies.js';
export { joinTokenResolvers } from './resolvers.js';
export { loadJoinToken } from './service.js';
export { joiningSweep, joinTokenSweep } from './sweep.js';
