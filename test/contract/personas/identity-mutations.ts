import { newToken } from '../../../src/identity/tokens/authenticate.js';
import { newId } from '../../../src/platform/ids.js';
import type { RoleName } from '../../harness/server.js';
import type { Attempts } from './doing.js';
import { type Persona, scopeRef } from './personas.js';
import { OWNERS, type OwnerName } from './world.js';

const proofOf = ({ token }: Persona) => ({ token: token ?? newToken() });

export const IDENTITY_MUTATIONS: Readonly<Record<string, Attempts>> = {
  issueToken: async (world) => [
    {
      target: 'by the own token, its scope',
      input: (persona) => ({ proof: proofOf(persona), scope: scopeRef(persona.scope) }),
    },
    {
      target: 'by the own token, sibling',
      input: (persona) => ({ proof: proofOf(persona), scope: scopeRef(world.projects.sibling) }),
    },
    {
      target: 'by the own token, foreign project',
      input: (persona) => ({ proof: proofOf(persona), scope: scopeRef(world.projects['foreign project']) }),
    },
    {
      target: 'by a foreign user’s token, foreign project',
      input: { proof: { token: world.foreignToken }, scope: scopeRef(world.projects['foreign project']) },
    },
  ],
  revokeToken: async ({ rows, users }) => [
    {
      target: 'own',
      input: async ({ principal }) => ({ tokenId: principal ? await rows.tokenOf(principal) : newId('Token') }),
    },
    { target: 'of a user of home', input: { tokenId: await rows.tokenOf({ kind: 'user', id: users.home }) } },
    { target: 'of a foreign user', input: { tokenId: await rows.tokenOf({ kind: 'user', id: users.foreign }) } },
  ],
  createDomain: async () => [{ target: 'in the system', input: { name: freshName('domain') } }],
  createProject: async () => [{ target: 'in the token’s domain', input: { name: freshName('project') } }],
  createUser: async () => [
    { target: 'in the token’s domain', input: { name: freshName('user'), password: 'correct horse battery' } },
  ],
  grantRole: async (world) => {
    const attempts = [];
    const give = async (role: RoleName, name: OwnerName) => ({
      user: { id: await world.server.user(world.home) },
      role,
      scope: scopeRef(world.owners[name]),
    });
    for (const name of OWNERS) attempts.push({ target: `reader on ${name}`, input: await give('reader', name) });
    attempts.push({ target: 'admin on home', input: await give('admin', 'home') });
    const user = { id: await world.server.user(world.foreign) };
    return [
      ...attempts,
      { target: 'reader on home, to a foreign user', input: { ...(await give('reader', 'home')), user } },
    ];
  },
  revokeRole: async ({ server, rows, home, owners }) => {
    const taken = async (role: RoleName, name: OwnerName) => ({
      target: `${role} on ${name}`,
      input: { roleAssignmentId: await rows.assignment(await server.user(home), role, owners[name]) },
    });
    const attempts = [];
    for (const name of OWNERS) attempts.push(await taken('reader', name));
    return [...attempts, await taken('admin', 'home')];
  },
};

/** A name that nothing has. */
const freshName = (kind: string) => `${kind} ${newId('Token')}`;
