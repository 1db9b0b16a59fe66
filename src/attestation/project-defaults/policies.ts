import { type ProjectRow, projectTarget } from '../../identity/projects/index.js';
import { definePolicy } from '../../platform/policy/index.js';

export const projectSetDefaults = definePolicy<ProjectRow>({
  name: 'project:set_defaults',
  description: "Set what new agents of the caller's own project get; at system scope, of an operators' project.",
  scopeTypes: ['system', 'project'],
  target: projectTarget,
  boundary: { system: 'operators_project_ids:%(id)s', project: 'project_id:%(id)s' },
  check: 'role:manager',
  operations: ['Mutation.setProjectDefaults'],
});
