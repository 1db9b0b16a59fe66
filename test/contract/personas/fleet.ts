import { newId } from '../../../src/platform/ids.js';
import { byRef, listed } from './doors.js';
import type { DomainFixture } from './fixture.js';
import { JOIN_TOKEN_DOORS, JOIN_TOKEN_MUTATIONS, joinTokenThings } from './fleet/join-tokens.js';
import { makeNode } from './fleet/rows.js';

export const fixture: DomainFixture = {
  doors: {
    ...JOIN_TOKEN_DOORS,
    Node: { fields: 'id', byId: byRef('node'), list: listed('nodes'), entity: 'Node' },
  },
  mutations: {
    ...JOIN_TOKEN_MUTATIONS,
    createNode: () => [{ target: 'of the system', input: () => ({ name: newId('Node') }) }],
  },
  sharedThings: async (world) => ({
    ...(await joinTokenThings(world)),
    Node: [{ name: 'any', id: await makeNode(world.server.services) }],
  }),
};
