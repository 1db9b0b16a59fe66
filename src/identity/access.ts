import type { Access } from '../authority/index.js';
import { missingRoles } from './access-analysis/index.js';
import { bootstrapIdentity, isFirstPassword } from './bootstrap.js';
import { Overrides } from './overrides/index.js';
import { recoverAdmin } from './recovery.js';
import { authenticate, authenticateCredential } from './tokens/index.js';

export const access: Access = {
  policiesInForce: (of) => new Overrides(of),
  authenticate: (db, cacheOwner, presented, now) =>
    presented.kind === 'token'
      ? authenticate(db, cacheOwner, presented.token, now)
      : authenticateCredential(db, cacheOwner, presented, now),
  missingRoles,
  bootstrap: bootstrapIdentity,
  isFirstPassword,
  recover: recoverAdmin,
};
