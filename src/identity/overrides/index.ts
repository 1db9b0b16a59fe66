export { Overrides } from './in-force.js';
export { policyListRevisions, policyOverride } from './policies.js';
export { removeOverrides } from './removal.js';
export { candidateTally, revisionSweep } from './sweep.js';
