import { definePolicy, defineTarget } from '../../platform/policy/index.js';
import { type NodeRow, nodes } from './tables.js';

export const nodeTarget = defineTarget<NodeRow>()(nodes, {
  id: { type: 'text', row: (row) => row.id, sql: (t) => t.id },
  lease_holder_id: { type: 'text', row: (row) => row.leaseHolderId, sql: (t) => t.leaseHolderId },
});

export const nodeGet = definePolicy<NodeRow>({
  name: 'node:get',
  description: 'Read nodes, with their trust and why they lost it; the agent of a node reads its own.',
  scopeTypes: ['system', 'agent'],
  target: nodeTarget,
  boundary: { system: '@', agent: 'node_id:%(id)s' },
  check: { system: 'role:reader', agent: '@' },
  operations: ['Query.node', 'Query.nodes', 'Node.*'],
});

export const nodeCreate = definePolicy({
  name: 'node:create',
  description: 'Create nodes.',
  scopeTypes: ['system'],
  check: 'role:manager',
  operations: ['Mutation.createNode'],
});

export const nodePolicies = [nodeGet, nodeCreate];
