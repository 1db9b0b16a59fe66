import { attestationBegin, attestationSubmit } from './policies.js';

export { challengeKey } from './begin.js';
export { challengeResolvers } from './resolvers.js';
export { challengeSweep, voidChallenges } from './rows.js';
export { attestations } from './tables.js';
export const challengePolicies = [attestationBegin, attestationSubmit];
