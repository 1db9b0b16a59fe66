export { Overrides } from './in-force.js';
export { policyListRevisions, policyOverride } from './policies.js';
export { removeOverrides } from './removal.js';
export { candidateSweep, revisionSweep } from './sweep.js';
