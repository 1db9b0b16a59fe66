export { compiledLists, type ListSource } from './compiled.js';
export { allowlistFeed } from './feed.js';
export { allowlistGet, allowlistPolicies } from './policies.js';
export {
  type AllowlistRef,
  listAllowlists,
  loadAllowlist,
  loadRevision,
  requireOfProject,
  resolveAllowlist,
} from './reading.js';
export { currentRevision, findOwnerType } from './repository.js';
export { allowlistEntities, allowlistResolvers } from './resolvers.js';
export { imaPolicyRoute } from './route.js';
export { createAllowlist, deleteAllowlist, publishAllowlistRevision } from './service.js';
export { revisionSweep } from './sweep.js';
export { type AllowlistRow, allowlists, type RevisionRow } from './tables.js';
