export { findGroup, type GroupRef } from './lookup.js';
export { groupGet } from './policies.js';
export { loadGroup } from './reading.js';
