export { type NamedAllowlist, reviewedAllowlist } from './create.js';
export { trustExpiry } from './expiry.js';
export { trustFeed } from './feed.js';
export { type AgentShape, severityName } from './fields.js';
export { recordPolicies } from './policies.js';
export {
  type AgentView,
  areKeysTaken,
  findViewById,
  insertRecord,
  lockRetired,
  lockViewById,
  lockViewByToken,
  updateRecord,
} from './repository.js';
export { recordResolvers } from './resolvers.js';
export { attestationRecords, type RecordRow } from './tables.js';
export { moveTrust, TRUST_CHANGED, type TrustMove } from './trust.js';
export {
  agentEtag,
  loadAgent,
  lockAgent,
  requireAgentEtag,
  requireRecord,
  stateAt,
  storedState,
  told,
} from './views.js';
