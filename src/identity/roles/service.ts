import {
  type Act,
  type Action,
  byId,
  type Context,
  defineLoader,
  inUseWhenReferred,
  mutate,
  once,
  referringTo,
  requireAllowed,
  requireVisible,
} from '../../authority/index.js';
import { firstVersion } from '../../db/by-id.js';
import type { NamedArgs } from '../../db/by-name.js';
import { unlessTaken } from '../../db/taken.js';
import { inUse, invalid, limitReached } from '../../platform/errors.js';
import { type Id, newId } from '../../platform/ids.js';
import type { Connection } from '../../platform/pagination.js';
import { changesNothing, validText } from '../../platform/text.js';
import { requireRoleEtag } from './etag.js';
import { renameKept } from './kept.js';
import { type RoleRef, requireRole } from './lookup.js';
import { roleCreate, roleDelete, roleGet, roleUpdate } from './policies.js';
import * as repository from './repository.js';
import { type RoleRow, roles, rolesTaken } from './tables.js';

/** All these roles are read into memory after each change of rights. */
const ROLES_MAX = { global: 500, ofDomain: 100 } as const;
const NAME = /^[a-z][a-z0-9._-]{0,63}$/;

const visibleTo = (context: Context) => context.policies.visible([roleGet.name], context.actor, roles);

export const getRole = (context: Context, ref: RoleRef): Promise<repository.RoleView> =>
  requireRole(context, context.db, ref);

export async function listRoles(
  context: Context,
  args: NamedArgs<repository.RoleFilter>,
): Promise<Connection<repository.RoleView>> {
  return repository.list(context.db, visibleTo(context), args);
}

/** By id; null where the caller may not read it. */
export const loadRole = defineLoader(async (context, ids: readonly Id<'Role'>[]) =>
  byId(await repository.listByIds(context.db, visibleTo(context), ids)),
);

type Maybe<T> = T | null | undefined;

export interface CreateRole {
  readonly name: string;
  readonly description?: Maybe<string>;
  readonly isSystemOnly?: Maybe<boolean>;
  readonly requestId?: Maybe<string>;
}

/** Creates a role in the token's scope. It brings nothing yet, so nobody gains a right. */
export async function createRole(context: Context, input: CreateRole): Promise<repository.RoleView> {
  const description = validText(input.description, 'description');
  return mutate(context, { policy: roleCreate.name }, async (act) => {
    const { id } = await once(act, 'Role', input, async () => {
      const { where } = act.actor;
      const row: RoleRow = {
        id: newId('Role'),
        domainId: where?.type === 'domain' ? where.domainId : null,
        name: input.name.toLowerCase(),
        description,
        isImmutable: false,
        isSystemOnly: input.isSystemOnly ?? false,
        ...firstVersion(act.now),
      };
      requireAllowed(act, roleCreate, row);
      await requireSound(act, row);
      const most = row.domainId === null ? ROLES_MAX.global : ROLES_MAX.ofDomain;
      if ((await repository.countOfOwner(act.tx, row.domainId)) >= most) {
        throw limitReached(`One owner has at most ${most} roles.`);
      }
      await unlessTaken(rolesTaken, row, () => repository.insert(act.tx, row));
      await record(act, 'role.created', row);
      return row.id;
    });
    return requireVisible(act, roleGet, await repository.findById(act.tx, id), 'role');
  });
}

/** A role, and the etag of the version that the caller read. */
export interface RoleAtEtag {
  readonly role: RoleRef;
  readonly etag: string;
}

export interface UpdateRole extends RoleAtEtag {
  readonly name?: Maybe<string>;
  readonly description?: Maybe<string>;
  readonly isSystemOnly?: Maybe<boolean>;
}

export async function updateRole(context: Context, input: UpdateRole): Promise<repository.RoleView> {
  return mutate(context, { policy: roleUpdate.name }, async (act) => {
    const row = await requireRole(act, act.tx, input.role);
    requireAllowed(act, roleUpdate, row);
    requireRoleEtag(row, input.etag);
    requireCustom(row);
    const { description } = input;
    const changed: RoleRow = {
      ...row,
      name: input.name?.toLowerCase() ?? row.name,
      description: description === undefined ? row.description : validText(description, 'description'),
      isSystemOnly: input.isSystemOnly ?? row.isSystemOnly,
    };
    await requireSound(act, changed);
    if (changesNothing(row, changed)) return act.unchanged(row);
    // Policies see the names of global roles.
    await act.changeRights();
    await unlessTaken(rolesTaken, changed, () => repository.update(act, changed));
    await renameKept(act.tx, row, changed.name);
    await record(act, 'role.updated', changed);
    return requireVisible(act, roleGet, await repository.findById(act.tx, row.id), 'role');
  });
}

export async function deleteRole(context: Context, input: RoleAtEtag): Promise<{ roleId: Id<'Role'> }> {
  return mutate(context, { policy: roleDelete.name }, async (act) => {
    const row = await requireRole(act, act.tx, input.role);
    requireAllowed(act, roleDelete, row);
    requireRoleEtag(row, input.etag);
    requireCustom(row);
    await refuseWhileUsed(act, row);
    await act.changeRights();
    await inUseWhenReferred('role', () => repository.remove(act.tx, row.id));
    await renameKept(act.tx, row, null);
    await record(act, 'role.deleted', row);
    return { roleId: row.id };
  });
}

async function refuseWhileUsed(act: Act, { id }: RoleRow): Promise<void> {
  const uses = await referringTo(act, 'Role', id);
  if (uses.every(({ count }) => count === 0)) return;
  const told = uses.map(({ names: [, several], count }) => `${several}: ${count}`).join('; ');
  throw inUse(`${told.charAt(0).toUpperCase()}${told.slice(1)}.`, 'role');
}

/** @throws UserErrors INVALID for a built-in role. */
export function requireCustom({ name, isImmutable }: RoleRow): void {
  if (isImmutable) throw invalid(`${name} is a built-in role and cannot be changed.`, 'role');
}

async function requireSound(act: Act, { name, domainId, isSystemOnly }: RoleRow): Promise<void> {
  if (!NAME.test(name)) {
    throw invalid(
      'A role’s name must begin with a letter, followed by letters, digits, dots, dashes and underscores; at most 64 characters.',
      'name',
    );
  }
  if (domainId === null) return;
  const namesake = await repository.findGlobal(act.tx, name);
  // Such a role would give no such right, but people would expect it to.
  if (namesake?.isImmutable) throw invalid(`A domain’s role cannot be named ${name}, like a built-in role.`, 'name');
  if (isSystemOnly) throw invalid('Only a global role can be isSystemOnly.', 'isSystemOnly');
}

/** Writes the audit entry of a change of a role. */
export function record(act: Act, action: Action, row: RoleRow, more: object = {}): Promise<void> {
  const target = { type: 'Role', id: row.id } as const;
  return act.audit({ action, target, owner: { domainId: row.domainId }, details: { name: row.name, ...more } });
}
