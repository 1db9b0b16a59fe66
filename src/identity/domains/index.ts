export { type DomainRef, findDomain } from './lookup.js';
export { changingInDomain, domainGet } from './policies.js';
export { holdDomain } from './repository.js';
export { loadDomain } from './service.js';
