export { trustExpiry } from './expiry.js';
export { trustFeed } from './feed.js';
export { recordPolicies } from './policies.js';
export {
  type AgentView,
  areKeysTaken,
  findView,
  lockRetired,
  lockView,
  lockViewByToken,
  updateRecord,
} from './repository.js';
export { recordResolvers } from './resolvers.js';
export { attestationRecords } from './tables.js';
export { moveTrust } from './trust.js';
export {
  type AgentRef,
  type AgentShape,
  agentEtag,
  loadAgent,
  lockAgent,
  shownSeverity,
  stateAt,
  storedState,
  told,
} from './views.js';
