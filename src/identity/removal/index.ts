export { inUseWhenReferred, refuseWhileOwning } from './owned.js';
export { type Removed, removeWithGroup, removeWithScope, removeWithUser } from './removed.js';
