export { ensureKeyFile, readKeyFile } from './key-file.js';
export { auditVerify } from './policies.js';
export {
  countUnsealed,
  findHeadBefore,
  findNewestHead,
  findTrim,
  insertBatch,
  listUnsealed,
  lockSealing,
  markTrim,
  sweep,
  tryLock,
} from './repository.js';
export { resolvers } from './resolvers.js';
export { sharedKeys } from './shared-keys.js';
export { auditSeals, type HeadRow } from './tables.js';
export { type Verification, verifyAuditChain } from './verify.js';
export { headOf } from './views.js';
