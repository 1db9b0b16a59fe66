export { findProject, type ProjectRef } from './lookup.js';
export { projectGet } from './policies.js';
export { holdProject } from './repository.js';
export { loadProject, projectEntity } from './service.js';
