export { type DomainRef, findDomain } from './lookup.js';
export { domainGet } from './policies.js';
export { loadDomain } from './service.js';
