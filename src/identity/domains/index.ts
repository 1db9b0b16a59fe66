export { type DomainRef, findDomain } from './lookup.js';
export { loadDomain } from './service.js';
