import { definePolicy } from '../../platform/policy/index.js';
import { type NodeRow, nodeTarget } from '../nodes/index.js';

export const nodeSetLabels = definePolicy<NodeRow>({
  name: 'node:set_labels',
  description: 'Set labels of the namespace admin on nodes.',
  scopeTypes: ['system'],
  target: nodeTarget,
  boundary: { system: '@' },
  check: 'role:member',
  operations: ['Mutation.setNodeLabels'],
});
