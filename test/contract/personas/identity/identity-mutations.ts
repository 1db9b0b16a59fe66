import { newToken } from '../../../../src/identity/tokens/authenticate.js';
import { newId } from '../../../../src/platform/ids.js';
import type { RoleName, TestScope } from '../../../harness/server.js';
import type { Attempt, Attempts } from '../fixture.js';
import { scopeRef } from '../personas.js';
import { OWNERS, type OwnerName, type World } from '../world.js';

/** By the token in use, for a scope; for who has none, by one that does not exist. */
function exchange(target: string, scope?: TestScope): Attempt {
  const input: Attempt['input'] = (persona) => ({
    proof: { token: persona.token ?? newToken() },
    scope: scopeRef(scope ?? persona.scope),
  });
  return { target, input, isOwn: true };
}

/** A name that nothing has. */
const freshName = () => ({ name: newId('Token') });

function give({ server, home, owners }: World, role: RoleName, name: OwnerName): Attempt {
  const input = async () => ({
    user: { id: await server.user(home) },
    role: { name: role },
    scope: scopeRef(owners[name]),
  });
  return { target: `${role} on ${name}`, input };
}

function take({ server, rows, home, owners }: World, role: RoleName, name: OwnerName): Attempt {
  const input = async () => ({ roleAssignmentId: await rows.assignment(await server.user(home), role, owners[name]) });
  return { target: `${role} on ${name}`, input };
}

export const IDENTITY_MUTATIONS: Readonly<Record<string, Attempts>> = {
  issueToken: ({ projects, foreignToken }) => [
    exchange('by the own token, its scope'),
    exchange('by the own token, sibling', projects.sibling),
    exchange('by the own token, foreign project', projects['foreign project']),
    {
      target: 'by a foreign user’s token, foreign project',
      input: () => ({ proof: { token: foreignToken }, scope: scopeRef(projects['foreign project']) }),
    },
  ],
  revokeToken: ({ rows, users }) => [
    {
      target: 'own',
      input: async ({ principal }) => ({ tokenId: principal ? await rows.tokenOf(principal) : newId('Token') }),
      isOwn: true,
    },
    {
      target: 'of a user of home',
      input: async () => ({ tokenId: await rows.tokenOf({ kind: 'user', id: users.home }) }),
    },
    {
      target: 'of a foreign user',
      input: async () => ({ tokenId: await rows.tokenOf({ kind: 'user', id: users.foreign }) }),
    },
  ],
  revokeSession: ({ rows, users }) => [
    {
      target: 'own',
      input: async ({ principal }) => ({
        sessionId: principal?.kind === 'user' ? await rows.sessionOf(principal.id) : newId('Token'),
      }),
      isOwn: true,
    },
    { target: 'of a user of home', input: async () => ({ sessionId: await rows.sessionOf(users.home) }) },
    { target: 'of a foreign user', input: async () => ({ sessionId: await rows.sessionOf(users.foreign) }) },
  ],
  createDomain: () => [{ target: 'in the system', input: freshName }],
  createProject: () => [{ target: 'in the token’s domain', input: freshName }],
  createUser: () => [
    { target: 'in the token’s domain', input: () => ({ ...freshName(), password: 'correct horse battery' }) },
  ],
  grantRole: (world) => [
    ...OWNERS.map((name) => give(world, 'reader', name)),
    give(world, 'admin', 'home'),
    {
      target: 'reader on home, to a foreign user',
      input: async () => {
        const user = { id: await world.server.user(world.foreign) };
        return { user, role: { name: 'reader' }, scope: scopeRef(world.owners.home) };
      },
    },
    {
      target: 'home’s role on home, to a group of home',
      input: async () => {
        const group = { id: await world.rows.group(world.home) };
        const roleId = await world.rows.role(world.home);
        return { group, role: { id: roleId }, scope: scopeRef(world.owners.home) };
      },
    },
  ],
  revokeRole: (world) => [...OWNERS.map((name) => take(world, 'reader', name)), take(world, 'admin', 'home')],
};
