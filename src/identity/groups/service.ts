import {
  type Act,
  type Action,
  type Context,
  domainOf,
  inUseWhenReferred,
  mutate,
  once,
  refuseWhileReferred,
  requireAllowed,
  requireVisible,
} from '../../authority/index.js';
import { firstVersion } from '../../db/by-id.js';
import { unlessTaken } from '../../db/taken.js';
import { limitReached, staleEtag } from '../../platform/errors.js';
import { requireEtag } from '../../platform/etag.js';
import { type Id, newId } from '../../platform/ids.js';
import type { Policy } from '../../platform/policy/index.js';
import { changedFields, changesNothing, validChanges, validName, validText } from '../../platform/text.js';
import { listHeldByGroup, requireMayRevoke, requireSystemAdmin } from '../assignments/index.js';
import { homeOf } from '../names/index.js';
import { removeWithGroup } from '../removal/index.js';
import { findGroup, type GroupRef } from './lookup.js';
import { groupCreate, groupDelete, groupGet, groupUpdate } from './policies.js';
import * as repository from './repository.js';
import { type GroupRow, groupsTaken } from './tables.js';

const GROUPS_MAX = 1000;

export interface CreateGroup {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly requestId?: string | null | undefined;
}

/** The domain comes from the token, never from the input. */
export async function createGroup(context: Context, input: CreateGroup): Promise<GroupRow> {
  const name = validName(input.name, 'name');
  const description = validText(input.description, 'description');
  return mutate(context, { policy: groupCreate.name }, async (act) => {
    const { id } = await once(act, 'Group', input, async () => {
      const domainId = domainOf(act);
      if ((await repository.countInDomain(act.tx, domainId)) >= GROUPS_MAX) {
        throw limitReached(`A domain has at most ${GROUPS_MAX} groups.`);
      }
      const row = { id: newId('Group'), domainId, name, description, ...firstVersion(act.now) };
      await unlessTaken(groupsTaken, row, () => repository.insert(act.tx, row));
      await audit(act, 'group.created', row);
      return row.id;
    });
    return requireVisible(act, groupGet, await findGroup(act.tx, { id }, homeOf(act)), 'group');
  });
}

/** A group, and the etag of the version that the caller read. */
interface GroupAtEtag {
  readonly group: GroupRef;
  readonly etag: string;
}

export interface UpdateGroup extends GroupAtEtag {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
}

export async function updateGroup(context: Context, input: UpdateGroup): Promise<GroupRow> {
  const changes = validChanges(input);
  return mutate(context, { policy: groupUpdate.name }, async (act) => {
    const row = await requireChangeable(act, groupUpdate, input.group);
    requireEtag(row, input.etag);
    if (changesNothing(row, changes)) return act.unchanged(row);
    const changed = await unlessTaken(groupsTaken, changes, () => repository.update(act, row, changes));
    if (changed === undefined) throw staleEtag();
    await audit(act, 'group.updated', row, { newName: changed.name, changed: changedFields(row, changes) });
    return changed;
  });
}

/** Confirms, with a reason, that the change may leave the system without an administrator. */
export interface Forced {
  readonly isForced?: boolean | null | undefined;
  readonly reason?: string | null | undefined;
}

/** Deletes a group with its memberships and what it holds; answers its id. */
export async function deleteGroup(context: Context, input: GroupAtEtag & Forced): Promise<Id<'Group'>> {
  const reason = validText(input.reason, 'reason');
  return mutate(context, { policy: groupDelete.name }, async (act) => {
    const row = await requireChangeable(act, groupDelete, input.group);
    requireEtag(row, input.etag);
    await refuseWhileReferred(act, 'Group', row.id, 'is still used by');
    await act.changeRights();
    const removed = await removeWithGroup(act.tx, row.id);
    if (!(await inUseWhenReferred('group', () => repository.remove(act.tx, row)))) throw staleEtag();
    await requireSystemAdmin(act, { isForced: input.isForced, reason });
    await audit(act, 'group.deleted', row, { removed, reason });
    return row.id;
  });
}

/**
 * The group, if the caller could grant everything that it holds: its members hold that too, and whoever grants more to
 * the group relies on its name.
 */
export async function requireChangeable(
  act: Act,
  policy: Policy<GroupRow>,
  ref: GroupRef,
  requireWithin = requireMayRevoke,
): Promise<GroupRow> {
  const row = requireVisible(act, groupGet, await findGroup(act.tx, ref, homeOf(act)), 'group');
  requireAllowed(act, policy, row);
  await requireWithin(act, await listHeldByGroup(act.tx, row.id));
  return row;
}

export function audit(act: Act, action: Action, group: GroupRow, details: object = {}): Promise<void> {
  const { id, domainId, name } = group;
  return act.audit({ action, target: { type: 'Group', id }, owner: { domainId }, details: { name, ...details } });
}
