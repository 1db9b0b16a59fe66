import { definePolicy, defineTarget } from '../../platform/policy/index.js';
import { type NodeRow, nodes } from './tables.js';

export const nodeTarget = defineTarget<NodeRow>()(nodes, {
  id: { type: 'text', row: (row) => row.id, sql: (t) => t.id },
  lease_holder_id: { type: 'text', row: (row) => row.leaseHolderId, sql: (t) => t.leaseHolderId },
});

export const nodeGet = definePolicy<NodeRow>({
  name: 'node:get',
  description:
    'Read nodes, with their trust and why they lost it; the agent of a node reads its own, a lease holder those that it renews.',
  scopeTypes: ['system', 'agent'],
  target: nodeTarget,
  boundary: { system: '@', agent: 'node_id:%(id)s' },
  check: { system: 'role:reader or (role:service and user_id:%(lease_holder_id)s)', agent: '@' },
  operations: [
    'Query.node',
    'Query.nodes',
    'Query.nodeCounts',
    'Subscription.nodeChanged',
    'Node.*',
    'NodeChanged.*',
    'NodeCounts.*',
    'NodeReadinessCount.*',
    'NodeTrustCount.*',
    'NodeAvailabilityCount.*',
  ],
});

const changing = { scopeTypes: ['system'], target: nodeTarget, boundary: { system: '@' } } as const;

export const nodeUpdate = definePolicy<NodeRow>({
  ...changing,
  name: 'node:update',
  description: 'Change the name or description of nodes.',
  check: 'role:manager',
  operations: ['Mutation.updateNode'],
});

export const nodeSetAddress = definePolicy<NodeRow>({
  ...changing,
  name: 'node:set_address',
  description: 'Set the addresses by which nodes are reached.',
  check: 'role:manager',
  operations: ['Mutation.setNodeAddress'],
});

export const nodeSetTenants = definePolicy<NodeRow>({
  ...changing,
  name: 'node:set_tenants',
  description: 'Set which projects’ workloads nodes take.',
  check: 'role:manager',
  operations: ['Mutation.setNodeTenants'],
});

export const nodeSetAvailability = definePolicy<NodeRow>({
  ...changing,
  name: 'node:set_availability',
  description: 'Pause, drain and resume nodes.',
  check: 'role:member',
  operations: ['Mutation.setNodeAvailability'],
});

export const nodePolicies = [nodeGet, nodeUpdate, nodeSetAddress, nodeSetTenants, nodeSetAvailability];
