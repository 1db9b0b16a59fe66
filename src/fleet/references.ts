import type { Reference } from '../authority/index.js';
import { agents } from '../identity/agents/index.js';
import { nodes } from './nodes/index.js';

export const fleetReferences: readonly Reference[] = [
  { to: 'User', column: nodes.leaseHolderId, keepsAs: ['node whose lease it holds', 'nodes whose leases it holds'] },
  { to: 'Node', column: agents.nodeId },
];
