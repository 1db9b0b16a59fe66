export { heardAt, leaseEnd } from './lease.js';
export { leasePolicies } from './policies.js';
export { leaseResolvers } from './resolvers.js';
export { nodeLeases } from './tables.js';
