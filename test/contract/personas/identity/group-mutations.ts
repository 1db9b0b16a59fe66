import { etagOf } from '../../../../src/platform/etag.js';
import { newId } from '../../../../src/platform/ids.js';
import type { RoleName } from '../../../harness/server.js';
import { asking } from '../../../identity/asking.js';
import type { Attempt, Attempts } from '../fixture.js';
import type { Owner, Principal } from '../owners.js';
import type { World } from '../world.js';

/** A fresh group in a domain, and what it holds there or elsewhere. */
interface Made {
  readonly target: string;
  readonly domainId: string;
  readonly holds?: { readonly role: RoleName; readonly on: Owner };
}

const groupsOf = ({ home, foreign, owners }: World): Made[] => [
  { target: 'of home', domainId: home },
  { target: 'of home, manager on home', domainId: home, holds: { role: 'manager', on: owners.home } },
  { target: 'of home, admin on home', domainId: home, holds: { role: 'admin', on: owners.home } },
  { target: 'of home, admin on own', domainId: home, holds: { role: 'admin', on: owners.own } },
  { target: 'of home, reader on system', domainId: home, holds: { role: 'reader', on: owners.system } },
  {
    target: 'of home, reader on foreign project',
    domainId: home,
    holds: { role: 'reader', on: owners['foreign project'] },
  },
  { target: 'of foreign', domainId: foreign },
];

function changing(world: World, more: object = {}): Attempt[] {
  return groupsOf(world).map(({ target, domainId, holds }) => {
    const input = async () => {
      const id = await asking(world.server).group(domainId, holds);
      return { group: { id }, etag: etagOf({ id, version: 1 }), ...more };
    };
    return { target, input };
  });
}

/** @param isMember Whether the user is in the group already. */
function membership(world: World, { target, domainId, holds }: Made, isMember: boolean): Attempt {
  const input = async () => {
    const user = await world.server.user(world.home);
    const id = await asking(world.server).group(domainId, holds, isMember ? [user] : []);
    return { group: { id }, user: { id: user } };
  };
  return { target, input };
}

const userOf = (principal: Principal | null) => (principal?.kind === 'user' ? principal.id : newId('User'));

/** Oneself to a fresh group of home that holds a role. */
function joining({ server, home }: World, role: RoleName, on: Owner, where: string): Attempt {
  const input: Attempt['input'] = async ({ principal }) => {
    const group = await asking(server).group(home, { role, on });
    return { group: { id: group }, user: { id: userOf(principal) } };
  };
  return { target: `oneself, ${role} on ${where}`, input, isOwn: true };
}

export const GROUP_MUTATIONS: Readonly<Record<string, Attempts>> = {
  createGroup: () => [{ target: 'in the token’s domain', input: () => ({ name: newId('Token') }) }],
  updateGroup: (world) => changing(world, { description: 'another' }),
  deleteGroup: (world) => changing(world),
  addGroupMember: (world) => [
    ...groupsOf(world).map((made) => membership(world, made, false)),
    joining(world, 'admin', world.owners.home, 'home'),
    joining(world, 'reader', world.owners.system, 'system'),
    {
      target: 'a foreign user, of home',
      input: async () => {
        const group = await asking(world.server).group(world.home);
        return { group: { id: group }, user: { id: await world.server.user(world.foreign) } };
      },
    },
  ],
  removeGroupMember: (world) => groupsOf(world).map((made) => membership(world, made, true)),
};
