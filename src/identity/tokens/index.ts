export { agentActor, authenticate, authenticateCredential, scopeCredentials } from './authenticate.js';
export { type IssuedToken, issueAgentToken } from './issue.js';
export { tokenRevokeAll } from './policies.js';
export { hasLiveTokens, revokeAgentTokens, revokeUserTokens } from './service.js';
export { tokens } from './tables.js';
