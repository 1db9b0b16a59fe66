export { canonicalAddress } from './address.js';
export { auditNode } from './audit.js';
export { changeNode, type NodeAtEtag } from './change.js';
export { insertNode, type NewNode } from './create.js';
export type { JoinedNode } from './join.js';
export {
  bringMachine,
  firstFreeName,
  newJoinedNode,
  requireFreeNode,
  requireWaiting,
} from './join.js';
export { isNode, type NodeRef, requireNode } from './lookup.js';
export { nodeGet, nodePolicies, nodeTarget } from './policies.js';
export { loadNode } from './reading.js';
export { nodeResolvers } from './resolvers.js';
export { type NodeRow, nodes, nodeTenants } from './tables.js';
export { findTenants, requireFewTenants, type TenantRefs } from './tenants.js';
export { foldedName, validAddress, validNodeName } from './valid.js';
