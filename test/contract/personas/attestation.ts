import { AGENT_MUTATIONS } from './attestation/agent-mutations.js';
import { ALLOWLIST_MUTATIONS } from './attestation/allowlist-mutations.js';
import { ATTESTATION_DOORS } from './attestation/doors.js';
import { ownThings, sharedThings } from './attestation/things.js';
import { ATTESTATION_WATCHED } from './attestation/watched.js';
import type { DomainFixture } from './fixture.js';
import { OWNERS } from './world.js';

export const fixture: DomainFixture = {
  doors: ATTESTATION_DOORS,
  mutations: { ...ALLOWLIST_MUTATIONS, ...AGENT_MUTATIONS },
  watched: ATTESTATION_WATCHED,
  routes: {
    getImaPolicy: async ({ lists }) =>
      OWNERS.map((target) => ({ target, path: `/allowlist-revisions/${lists[target].revisionId}/ima-policy` })),
  },
  sharedThings,
  ownThings,
};
