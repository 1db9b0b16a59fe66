export { challengeSweep } from './begin.js';
export { trustExpiry } from './expiry.js';
export { trustFeed } from './feed.js';
export { recordPolicies } from './policies.js';
export type { AgentView } from './repository.js';
export { recordResolvers } from './resolvers.js';
export { attestationRecords, attestations, loginKeys, loginNonces } from './tables.js';
export { loadAgent } from './views.js';
