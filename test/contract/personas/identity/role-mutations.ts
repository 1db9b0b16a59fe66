import { roleEtag } from '../../../../src/identity/roles/etag.js';
import { findRoleById } from '../../../../src/identity/roles/index.js';
import { newId } from '../../../../src/platform/ids.js';
import { asId } from '../../../harness/ids.js';
import type { Attempt, Attempts } from '../fixture.js';
import type { World } from '../world.js';

/** A fresh role of each owner, as it would be named with its etag. */
function atEach({ rows, server, home, foreign }: World, more: (roleId: string) => object | Promise<object>): Attempt[] {
  const owners = { 'a global role': null, 'a role of home': home, 'a role of foreign': foreign };
  return Object.entries(owners).map(([target, domainId]) => ({
    target,
    input: async () => {
      const roleId = await rows.role(domainId);
      const input = await more(roleId);
      const role = await findRoleById(server.services.db, asId(roleId));
      return { role: { id: roleId }, etag: role ? roleEtag(role) : '', ...input };
    },
  }));
}

/** A name that nothing has. */
const freshName = () => newId('Token');

export const ROLE_MUTATIONS: Readonly<Record<string, Attempts>> = {
  createRole: () => [{ target: 'in the token’s scope', input: () => ({ name: freshName() }) }],
  updateRole: (world) => atEach(world, () => ({ name: freshName() })),
  deleteRole: (world) => atEach(world, () => ({})),
  addImpliedRole: (world) => [
    ...atEach(world, () => ({ impliedRole: { id: world.rows.roleId('member') } })),
    {
      ...(atEach(world, () => ({ impliedRole: { id: world.rows.roleId('service') } }))[1] as Attempt),
      target: 'a role of home, of what only its admin may give',
    },
  ],
  removeImpliedRole: (world) => atEach(world, () => ({ impliedRole: { id: world.rows.roleId('reader') } })),
};
