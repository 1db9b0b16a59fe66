export { requireRoleEtag } from './etag.js';
export { RoleGraph, readRoleGraph, roleGraph } from './graph.js';
export { type RoleRef, requireRole } from './lookup.js';
export { roleGet } from './policies.js';
export { findById as findRoleById } from './repository.js';
