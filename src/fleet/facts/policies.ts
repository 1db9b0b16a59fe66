import { definePolicy } from '../../platform/policy/index.js';
import { type NodeRow, nodeTarget } from '../nodes/index.js';

export const nodeReportFacts = definePolicy<NodeRow>({
  name: 'node:report_facts',
  description: 'Report what a machine knows of itself: the agent of a node, of its own.',
  scopeTypes: ['agent'],
  target: nodeTarget,
  boundary: { agent: 'node_id:%(id)s' },
  check: '@',
  operations: ['Mutation.reportNodeFacts'],
});
