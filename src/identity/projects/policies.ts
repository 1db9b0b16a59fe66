import { definePolicy, defineTarget } from '../../platform/policy/index.js';
import { type ProjectRow, projects } from './tables.js';

export const projectTarget = defineTarget<ProjectRow>()(projects, {
  id: { type: 'text', row: (row) => row.id, sql: (t) => t.id },
  domain_id: { type: 'text', row: (row) => row.domainId, sql: (t) => t.domainId },
});

export const projectGet = definePolicy<ProjectRow>({
  name: 'project:get',
  description:
    "Read projects: all of them at system scope, those of the caller's own domain, or the caller's own project.",
  scopeTypes: ['system', 'domain', 'project'],
  target: projectTarget,
  boundary: { system: '@', domain: 'domain_id:%(domain_id)s', project: 'project_id:%(id)s' },
  check: 'role:reader',
  operations: ['Query.project', 'Query.projects', 'Project.*'],
});

export const projectCreate = definePolicy({
  name: 'project:create',
  description: "Create a project in the caller's own domain.",
  scopeTypes: ['domain'],
  check: 'role:manager',
  operations: ['Mutation.createProject'],
});

export const projectUpdate = definePolicy<ProjectRow>({
  name: 'project:update',
  description: "Change the name or description of a project in the caller's own domain.",
  scopeTypes: ['domain'],
  target: projectTarget,
  boundary: { domain: 'domain_id:%(domain_id)s' },
  check: 'role:manager',
  operations: ['Mutation.updateProject'],
});

export const projectDelete = definePolicy<ProjectRow>({
  name: 'project:delete',
  description: "Delete a project in the caller's own domain that owns nothing.",
  scopeTypes: ['domain'],
  target: projectTarget,
  boundary: { domain: 'domain_id:%(domain_id)s' },
  check: 'role:manager',
  operations: ['Mutation.deleteProject'],
});
