export {
  agentActor,
  authenticate,
  authenticateCredential,
  notHeld,
  type SeenScope,
  scopeCredentials,
  userActor,
} from './authenticate.js';
export { changePassword, type IssuedToken, issueAgentToken } from './issue.js';
export { tokenRevokeAll } from './policies.js';
export { prove, requireStillProven } from './prove.js';
export { insert as insertToken, isLive, tokenHolds } from './repository.js';
export { hasLiveTokens, revokeAgentTokens, revokeUserTokens } from './service.js';
export { type TokenRow, tokens } from './tables.js';
