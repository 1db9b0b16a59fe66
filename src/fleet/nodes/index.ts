export { canonicalAddress } from './address.js';
export { auditNode, insertNode } from './create.js';
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
export { type NodeRow, nodes } from './tables.js';
export { foldedName, validAddress, validNodeName } from './valid.js';
