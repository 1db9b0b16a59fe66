import { attestationBegin, attestationSubmit } from './policies.js';

export { challengeSweep } from './begin.js';
export { voidOpenChallenge } from './repository.js';
export { challengeResolvers } from './resolvers.js';
export { attestations } from './tables.js';
export const challengePolicies = [attestationBegin, attestationSubmit];
