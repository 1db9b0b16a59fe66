import {
  type Act,
  type Action,
  type Context,
  inUseWhenReferred,
  mutate,
  refuseWhileReferred,
  requireAllowed,
  requireVisible,
} from '../../authority/index.js';
import { unlessTaken } from '../../db/taken.js';
import { staleEtag } from '../../platform/errors.js';
import { requireEtag } from '../../platform/etag.js';
import type { Id } from '../../platform/ids.js';
import type { Policy } from '../../platform/policy/index.js';
import { changedFields, changesNothing, validChanges, validText } from '../../platform/text.js';
import { listHeldBy, requireMayRevoke, requireSystemAdmin } from '../assignments/index.js';
import { homeOf } from '../names/index.js';
import { removeWithUser } from '../removal/index.js';
import { type Contact, validContact } from './contact.js';
import { findUser, type UserRef } from './lookup.js';
import { userDelete, userGet, userUpdate } from './policies.js';
import * as repository from './repository.js';
import { type UserRow, usersTaken } from './tables.js';

/** A user, and the etag of the version that the caller read. */
interface UserAtEtag {
  readonly user: UserRef;
  readonly etag: string;
}

export interface UpdateUser extends UserAtEtag, Contact {
  readonly name?: string | null | undefined;
}

export async function updateUser(context: Context, input: UpdateUser): Promise<UserRow> {
  const changes = { ...validChanges({ name: input.name }), ...validContact(input) };
  return mutate(context, { policy: userUpdate.name }, async (act) => {
    const row = await changeable(act, userUpdate, input);
    if (changesNothing(row, changes)) return act.unchanged(row);
    const changed = await unlessTaken(usersTaken, changes, () => repository.update(act, row, changes));
    if (changed === undefined) throw staleEtag();
    await audit(act, 'user.updated', row, { newName: changed.name, changed: changedFields(row, changes) });
    return changed;
  });
}

export interface DeleteUser extends UserAtEtag {
  readonly isForced?: boolean | null | undefined;
  readonly reason?: string | null | undefined;
}

/** Deletes a user with all by which it could act; answers its id. */
export async function deleteUser(context: Context, input: DeleteUser): Promise<Id<'User'>> {
  const reason = validText(input.reason, 'reason');
  return mutate(context, { policy: userDelete.name }, async (act) => {
    const row = await changeable(act, userDelete, input);
    await refuseWhileReferred(act, 'User', row.id, 'is still used by');
    await act.changeRights();
    const removed = await removeWithUser(act.tx, row.id);
    if (!(await inUseWhenReferred('user', () => repository.remove(act.tx, row)))) throw staleEtag();
    await requireSystemAdmin(act, { isForced: input.isForced, reason });
    await audit(act, 'user.deleted', row, { removed, reason });
    return row.id;
  });
}

/** The user, if the caller could grant every role that it holds: whoever changes a user could act as it. */
async function changeable(act: Act, policy: Policy<UserRow>, { user, etag }: UserAtEtag): Promise<UserRow> {
  const row = requireVisible(act, userGet, await findUser(act.tx, user, homeOf(act)), 'user');
  requireAllowed(act, policy, row);
  await requireMayRevoke(act, await listHeldBy(act.tx, row.id));
  requireEtag(row, etag);
  return row;
}

function audit(act: Act, action: Action, { id, domainId, name }: UserRow, details: object): Promise<void> {
  return act.audit({ action, target: { type: 'User', id }, owner: { domainId }, details: { name, ...details } });
}
