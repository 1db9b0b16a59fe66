import { byId, type Context, defineLoader, domainOf, mutate, once, requireVisible } from '../../authority/index.js';
import { firstVersion } from '../../db/by-id.js';
import type { NamedArgs } from '../../db/by-name.js';
import { unlessTaken } from '../../db/taken.js';
import { type Id, newId } from '../../platform/ids.js';
import type { Connection } from '../../platform/pagination.js';
import { validName } from '../../platform/text.js';
import { homeOf } from '../names/index.js';
import { type Contact, validContact } from './contact.js';
import { findUser, type UserRef } from './lookup.js';
import { hashPassword, toSet, validPassword } from './password.js';
import { userCreate, userGet } from './policies.js';
import * as repository from './repository.js';
import { type UserRow, users, usersTaken } from './tables.js';

const visibleTo = (context: Context) => context.policies.visible([userGet.name], context.actor, users);

export async function getUser(context: Context, ref: UserRef): Promise<UserRow> {
  return requireVisible(context, userGet, await findUser(context.db, ref, homeOf(context)), 'user');
}

export async function listUsers(
  context: Context,
  args: NamedArgs<repository.UserFilter>,
): Promise<Connection<UserRow>> {
  return repository.list(context.db, visibleTo(context), args);
}

/** By id; null where the caller may not read it. */
export const loadUser = defineLoader(async (context, ids: readonly Id<'User'>[]) =>
  byId(await repository.listByIds(context.db, visibleTo(context), ids)),
);

export interface CreateUser extends Contact {
  readonly name: string;
  readonly password: string;
  readonly mustChangePassword?: boolean | null | undefined;
  readonly requestId?: string | null | undefined;
}

/** The domain comes from the token, never from the input. */
export async function createUser(context: Context, input: CreateUser): Promise<UserRow> {
  const name = validName(input.name, 'name');
  const known = { name, ...validContact(input) };
  // Hashed before the transaction, which must hold nothing slow. The password never enters the request id's hash.
  const password = validPassword(input.password, 'password');
  const passwordHash = await hashPassword(password, context.settings.passwordCost, toSet(context));
  return mutate(context, { policy: userCreate.name }, async (act) => {
    const { id } = await once(act, 'User', { requestId: input.requestId, ...known }, async () => {
      const domainId = domainOf(act);
      const state = { isEnabled: true, mustChangePassword: input.mustChangePassword ?? true };
      const row = {
        id: newId('User'),
        domainId,
        displayName: null,
        email: null,
        ...known,
        passwordHash,
        ...state,
        ...firstVersion(act.now),
      };
      await unlessTaken(usersTaken, row, () => repository.insert(act.tx, row));
      const target = { type: 'User', id: row.id } as const;
      await act.audit({ action: 'user.created', target, owner: { domainId }, details: { name } });
      return row.id;
    });
    return requireVisible(act, userGet, await repository.findById(act.tx, id), 'user');
  });
}
