import type { DomainFixture } from './fixture.js';
import { ACCOUNT_MUTATIONS } from './identity/account-mutations.js';
import { CONTAINER_MUTATIONS } from './identity/container-mutations.js';
import { IDENTITY_DOORS } from './identity/doors.js';
import { GROUP_MUTATIONS } from './identity/group-mutations.js';
import { IDENTITY_MUTATIONS } from './identity/identity-mutations.js';
import { OVERRIDE_MUTATIONS } from './identity/override-mutations.js';
import { QUESTION_DOORS } from './identity/question-doors.js';
import { ROLE_MUTATIONS } from './identity/role-mutations.js';
import { ownThings, sharedThings } from './identity/things.js';

export const fixture: DomainFixture = {
  doors: { ...IDENTITY_DOORS, ...QUESTION_DOORS },
  mutations: {
    ...IDENTITY_MUTATIONS,
    ...CONTAINER_MUTATIONS,
    ...GROUP_MUTATIONS,
    ...ROLE_MUTATIONS,
    ...ACCOUNT_MUTATIONS,
    ...OVERRIDE_MUTATIONS,
  },
  sharedThings,
  ownThings,
};
