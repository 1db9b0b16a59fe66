export { findProject, type ProjectRef } from './lookup.js';
export { projectGet } from './policies.js';
export { loadProject } from './service.js';
