export { type RoleGraph, readRoleGraph, roleGraph } from './graph.js';
