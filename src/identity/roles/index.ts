export { requireRoleEtag } from './etag.js';
export { RoleGraph, readRoleGraph, roleGraph } from './graph.js';
export { roleGet } from './policies.js';
export { findById as findRoleById, findByName as findRoleByName } from './repository.js';
