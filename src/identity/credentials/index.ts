export { holderOf, type PresentedApiCredential } from './proof.js';
export { findById as findCredentialById } from './repository.js';
export { loadApiCredential } from './service.js';
