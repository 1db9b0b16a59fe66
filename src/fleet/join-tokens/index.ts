export { joining } from './joining.js';
export { joinTokenGet, joinTokenPolicies } from './policies.js';
export { joinTokenResolvers } from './resolvers.js';
export { loadJoinToken } from './service.js';
export { joiningSweep, joinTokenSweep } from './sweep.js';
export { joinTokens } from './tables.js';
