import { endorsementKeyUnban } from './policies.js';

export { findByAgent as findBanOf, findByKey as findBanOfKey, remove as removeBan } from './repository.js';
export { banResolvers } from './resolvers.js';
export { banKey } from './service.js';
export type { EkBanRow } from './tables.js';
export const banPolicies = [endorsementKeyUnban];
