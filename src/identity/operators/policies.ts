import { definePolicy } from '../../platform/policy/index.js';
import { type ProjectRow, projectTarget } from '../projects/index.js';

export const projectSetOperators = definePolicy<ProjectRow>({
  name: 'project:set_operators',
  description: "Make a project an operators' project: at system scope, its agents and allowlists are read and managed.",
  scopeTypes: ['system'],
  target: projectTarget,
  boundary: { system: '@' },
  check: 'role:admin',
  operations: ['Mutation.setProjectOperators'],
  isForCredentials: false,
});
