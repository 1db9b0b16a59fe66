export { type Heard, heardAt, leaseEnd } from './lease.js';
export { leasePolicies } from './policies.js';
export { holdAgent, nodeMeant, requireReported, whileItHolds } from './report.js';
export { insertLease, resetLease } from './repository.js';
export { leaseResolvers } from './resolvers.js';
export { nodeLeases } from './tables.js';
