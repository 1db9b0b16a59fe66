export { heardAt, leaseEnd } from './lease.js';
export { leasePolicies } from './policies.js';
export { resetLease } from './repository.js';
export { leaseResolvers } from './resolvers.js';
export { nodeLeases } from './tables.js';
