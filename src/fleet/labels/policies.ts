import { definePolicy } from '../../platform/policy/index.js';
import { nodeTarget } from '../nodes/policies.js';
import type { NodeRow } from '../nodes/tables.js';

export const nodeSetLabels = definePolicy<NodeRow>({
  name: 'node:set_labels',
  description: 'Set labels of the namespace admin on nodes.',
  scopeTypes: ['system'],
  target: nodeTarget,
  boundary: { system: '@' },
  check: 'role:member',
  operations: ['Mutation.setNodeLabels'],
});
