export { type DomainRef, findDomain } from './lookup.js';
export { changingInDomain, domainGet } from './policies.js';
export { loadDomain } from './service.js';
