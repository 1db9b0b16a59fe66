import type { Access } from '../authority/index.js';
import { missingRoles } from './access-analysis/index.js';
import { bootstrapIdentity, isFirstPassword } from './bootstrap.js';
import { Overrides } from './overrides/index.js';
import { recoverAdmin } from './recovery.js';
import { authenticateSession, sessions } from './sessions/index.js';
import { authenticate, authenticateCredential } from './tokens/index.js';

export const access: Access = {
  policiesInForce: (of) => new Overrides(of),
  authenticate: (db, cacheOwner, presented, now) => {
    switch (presented.kind) {
      case 'token':
        return authenticate(db, cacheOwner, presented.token, now);
      case 'session':
        return authenticateSession(db, cacheOwner, presented, now);
      case 'credential':
        return authenticateCredential(db, cacheOwner, presented, now);
    }
  },
  missingRoles,
  sessions,
  bootstrap: bootstrapIdentity,
  isFirstPassword,
  recover: recoverAdmin,
};
