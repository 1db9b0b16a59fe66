import { newId } from '../../../src/platform/ids.js';
import { byRef, listed } from './doors.js';
import type { DomainFixture } from './fixture.js';
import { makeNode } from './fleet/rows.js';

export const fixture: DomainFixture = {
  doors: {
    Node: { fields: 'id', byId: byRef('node'), list: listed('nodes'), entity: 'Node' },
  },
  mutations: {
    createNode: () => [{ target: 'of the system', input: () => ({ name: newId('Node') }) }],
  },
  sharedThings: async ({ server }) => ({ Node: [{ name: 'any', id: await makeNode(server.services) }] }),
};
