export { findProject, type ProjectRef } from './lookup.js';
export {
  isOperatorsProject,
  listOperatorsProjects,
  OPERATORS_PROJECTS_MAX,
  operatorsProjectsHeld,
} from './operators.js';
export { projectGet, projectTarget } from './policies.js';
export { existingProjects, holdProject, update as updateProjectAt } from './repository.js';
export { auditProject, loadProject, type ProjectAtEtag, projectEntity, requireProject } from './service.js';
export type { ProjectRow } from './tables.js';
