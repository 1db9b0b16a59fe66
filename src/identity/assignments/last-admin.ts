import { and, eq, exists, inArray, isNull, or, type SQL } from 'drizzle-orm';
import type { Act } from '../../authority/index.js';
import { inUse } from '../../platform/errors.js';
import { groupMembers } from '../groups/tables.js';
import { roles } from '../roles/tables.js';
import { users } from '../users/tables.js';
import { holdsAt } from './effective.js';
import { roleAssignments } from './tables.js';

/**
 * Call after a change that removes rights: somebody must still be able to administer the system permanently.
 *
 * @param force The caller confirms the change and gives a reason.
 * @throws UserErrors IN_USE when no enabled user holds `admin` on the system without an end.
 */
export async function requireSystemAdmin(
  act: Act,
  force: { readonly isForced?: boolean | null | undefined; readonly reason?: string | null | undefined } = {},
): Promise<void> {
  // Callers outside the system scope cannot change what is held on the system; this error would only show its state.
  if (act.actor.scope !== 'system' || (force.isForced && force.reason)) return;
  const { tx } = act;
  const members = tx.select({ id: groupMembers.groupId }).from(groupMembers).where(eq(groupMembers.userId, users.id));
  const isHolder = or(eq(roleAssignments.userId, users.id), inArray(roleAssignments.groupId, members)) as SQL;
  const holds = tx
    .select({ id: roleAssignments.id })
    .from(roleAssignments)
    .innerJoin(roles, eq(roles.id, roleAssignments.roleId))
    .where(
      and(
        isHolder,
        eq(roleAssignments.scopeType, 'system'),
        eq(roles.name, 'admin'),
        isNull(roles.domainId),
        holdsAt(act.now),
        isNull(roleAssignments.expiresAt),
      ),
    );
  const [admin] = await tx
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.isEnabled, true), exists(holds)))
    .limit(1);
  if (admin === undefined)
    throw inUse(
      'No administrator of the system would be left. To do it anyway, force the change and give a reason.',
      'reason',
    );
}
