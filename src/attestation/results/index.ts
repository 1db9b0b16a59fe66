export { resultGet, resultPolicies } from './policies.js';
export { findResult, insertResult, storable } from './repository.js';
export { resultResolvers } from './resolvers.js';
export { getResult, loadResult, resultsOf } from './service.js';
export { resultSweep } from './sweep.js';
export { type AttestationResultRow, attestationResults } from './tables.js';
