import type { Reference } from '../authority/index.js';
import { agents } from '../identity/agents/index.js';
import { nodeFacts } from './facts/index.js';
import { joinings, joinTokens } from './join-tokens/tables.js';
import { nodeLabels } from './labels/index.js';
import { nodeLeases } from './leases/index.js';
import { nodes, nodeTenants } from './nodes/index.js';

export const fleetReferences: readonly Reference[] = [
  { to: 'User', column: nodes.leaseHolderId, keepsAs: ['node whose lease it holds', 'nodes whose leases it holds'] },
  { to: 'Project', column: nodeTenants.projectId },
  { to: 'Node', column: agents.nodeId },
  { to: 'Domain', column: joinTokens.domainId, keepsAs: ['join token', 'join tokens'] },
  { to: 'Project', column: joinTokens.projectId, keepsAs: ['join token', 'join tokens'] },
  { to: 'Allowlist', column: joinTokens.allowlistId, keepsAs: ['join token', 'join tokens'] },
  { to: 'Node', column: joinTokens.nodeId },
  { to: 'JoinToken', column: joinings.joinTokenId },
  { to: 'Node', column: nodeTenants.nodeId },
  { to: 'Node', column: nodeLabels.nodeId },
  { to: 'Node', column: nodeLeases.nodeId },
  { to: 'Node', column: nodeFacts.nodeId },
];
