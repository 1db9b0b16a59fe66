export { agentActor, authenticate, authenticateCredential, type SeenScope, scopeCredentials } from './authenticate.js';
export { type IssuedToken, issueAgentToken } from './issue.js';
export { tokenRevokeAll } from './policies.js';
export { tokenHolds } from './repository.js';
export { hasLiveTokens, revokeAgentTokens, revokeUserTokens } from './service.js';
export { tokens } from './tables.js';
