export { authenticate } from './authenticate.js';
export { type IssuedToken, issueAgentToken, revokeAgentTokens } from './service.js';
