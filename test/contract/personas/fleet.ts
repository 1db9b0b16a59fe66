import { newId } from '../../../src/platform/ids.js';
import { byRef, listed } from './doors.js';
import type { DomainFixture } from './fixture.js';
import { makeJoinToken } from './fleet/join-tokens.js';
import { makeNode } from './fleet/rows.js';

export const fixture: DomainFixture = {
  doors: {
    Node: { fields: 'id', byId: byRef('node'), list: listed('nodes'), entity: 'Node' },
    JoinToken: { fields: 'id', list: listed('joinTokens'), entity: 'JoinToken' },
  },
  mutations: {
    createNode: () => [{ target: 'of the system', input: () => ({ name: newId('Node') }) }],
    createJoinToken: ({ projects, rows }) =>
      (['own', 'operators'] as const).map((target) => ({
        target,
        input: () => ({
          project: { id: projects[target].projectId },
          nodeName: newId('Node'),
          expiresAt: rows.expiresAt.toISOString(),
        }),
      })),
    revokeJoinToken: ({ server, projects }) => [
      {
        target: 'of the system',
        input: async () => ({ joinTokenId: await makeJoinToken(server.services, projects.operators) }),
      },
    ],
  },
  sharedThings: async ({ server, projects }) => ({
    Node: [{ name: 'any', id: await makeNode(server.services) }],
    JoinToken: [{ name: 'any', id: await makeJoinToken(server.services, projects.operators) }],
  }),
};
