import { type Context, mayOn, mutate, requireVisible } from '../../authority/index.js';
import { alreadyExists, limitReached, notFound } from '../../platform/errors.js';
import { validText } from '../../platform/text.js';
import { requireMayGrant, requireSystemAdmin } from '../assignments/index.js';
import { homeOf } from '../names/index.js';
import { findUser, type UserRef, userGet } from '../users/index.js';
import type { UserRow } from '../users/tables.js';
import type { GroupRef } from './lookup.js';
import { groupAddMember, groupRemoveMember } from './policies.js';
import * as repository from './repository.js';
import { audit, type Forced, requireChangeable } from './service.js';
import type { GroupRow } from './tables.js';

const MEMBERS_MAX = 10_000;

/** The user who joins or leaves, and the group. */
export interface Membership {
  readonly group: GroupRef;
  readonly user: UserRef;
}

interface Member {
  readonly group: GroupRow;
  readonly user: UserRow;
}

export async function addGroupMember(context: Context, input: Membership): Promise<Member> {
  return mutate(context, { policy: groupAddMember.name }, async (act) => {
    const group = await requireChangeable(act, groupAddMember, input.group, requireMayGrant);
    const user = requireVisible(act, userGet, await findUser(act.tx, input.user, homeOf(act)), 'user');
    if (await repository.isMember(act.tx, group.id, user.id)) {
      throw alreadyExists('The user is already a member.', 'user');
    }
    if ((await repository.countMembers(act.tx, group.id)) >= MEMBERS_MAX) {
      throw limitReached(`A group has at most ${MEMBERS_MAX} members.`, 'group');
    }
    await act.changeRights();
    await repository.insertMember(act.tx, group.id, user.id, act.now);
    await audit(act, 'group.member_added', group, { userId: user.id });
    return { group, user };
  });
}

/**
 * Also removes a member whom the caller may not read, without showing it: otherwise it would keep the group's roles for
 * ever.
 */
export async function removeGroupMember(
  context: Context,
  input: Membership & Forced,
): Promise<Pick<Member, 'group'> & { readonly user: UserRow | null }> {
  const reason = validText(input.reason, 'reason');
  return mutate(context, { policy: groupRemoveMember.name }, async (act) => {
    const group = await requireChangeable(act, groupRemoveMember, input.group);
    const found = await findUser(act.tx, input.user, homeOf(act));
    const isMember = found !== undefined && (await repository.isMember(act.tx, group.id, found.id));
    const user = isMember ? found : requireVisible(act, userGet, found, 'user');
    if (!isMember) throw notFound('group member');
    await act.changeRights();
    await repository.removeMember(act.tx, group.id, user.id);
    await requireSystemAdmin(act, { isForced: input.isForced, reason });
    await audit(act, 'group.member_removed', group, { userId: user.id, reason });
    return { group, user: mayOn(act, userGet, user) ? user : null };
  });
}
