import { definePolicy } from '../../platform/policy/index.js';
import { nodeTarget } from '../nodes/policies.js';
import type { NodeRow } from '../nodes/tables.js';

export const nodeReportFacts = definePolicy<NodeRow>({
  name: 'node:report_facts',
  description: 'Report what a machine knows of itself: the agent of a node, of its own.',
  scopeTypes: ['agent'],
  target: nodeTarget,
  boundary: { agent: 'node_id:%(id)s' },
  check: '@',
  operations: ['Mutation.reportNodeFacts'],
});
