import type { Sessions } from '../../authority/index.js';
import { renewSession } from './authenticate.js';
import { closeSession, openSession, viewSession } from './service.js';

export { authenticateSession } from './authenticate.js';
export { sessionPolicies } from './policies.js';
export { sessionResolvers } from './resolvers.js';
export { loadSession } from './service.js';

export const sessions: Sessions = {
  open: openSession,
  view: viewSession,
  close: closeSession,
  renew: renewSession,
};
