import { definePolicy } from '../../platform/policy/index.js';
import { type NodeRow, nodeTarget } from '../nodes/index.js';

export const nodeRenewLease = definePolicy<NodeRow>({
  name: 'node:renew_lease',
  description: 'Renew the lease of a node: its agent, or the user that operators named its lease holder.',
  scopeTypes: ['system', 'agent'],
  target: nodeTarget,
  boundary: { system: 'user_id:%(lease_holder_id)s', agent: 'node_id:%(id)s and None:%(lease_holder_id)s' },
  check: { system: 'role:service', agent: '@' },
  operations: ['Mutation.renewNodeLease'],
});

export const nodeSetLeaseHolder = definePolicy<NodeRow>({
  name: 'node:set_lease_holder',
  description: 'Name who renews the leases of nodes instead of their agents.',
  scopeTypes: ['system'],
  target: nodeTarget,
  boundary: { system: '@' },
  check: 'role:manager',
  operations: ['Mutation.setNodeLeaseHolder'],
});

export const leasePolicies = [nodeRenewLease, nodeSetLeaseHolder];
