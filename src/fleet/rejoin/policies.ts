import { definePolicy } from '../../platform/policy/index.js';
import { type NodeRow, nodeTarget } from '../nodes/index.js';

export const nodeRejoin = definePolicy<NodeRow>({
  name: 'node:rejoin',
  description: 'Take machines from nodes, so that others can join as them.',
  scopeTypes: ['system'],
  target: nodeTarget,
  boundary: { system: '@' },
  check: 'role:manager',
  operations: ['Mutation.rejoinNode'],
});
