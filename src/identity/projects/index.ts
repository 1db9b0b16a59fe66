export { findProject, type ProjectRef } from './lookup.js';
