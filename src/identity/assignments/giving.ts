import { type Act, mayOn } from '../../authority/index.js';
import { forbidden } from '../../platform/errors.js';
import { type RoleGraph, readRoleGraph } from '../roles/index.js';
import type { RoleRow } from '../roles/tables.js';
import { mayGive } from './grant-rule.js';
import { assignmentGrant } from './policies.js';
import { isAssignedOutside } from './repository.js';
import { type AssignmentRow, roleAssignments } from './tables.js';

/**
 * The grant rule, for every way to gain what some assignments bring: being given them, joining a group that has them,
 * getting hold of the password or the key of who has them.
 *
 * @throws Refusal FORBIDDEN when the caller could not give each of them.
 */
export async function requireMayGive(act: Act, assignments: readonly AssignmentRow[]): Promise<void> {
  if (assignments.length === 0) return;
  const domainIds = new Set(assignments.flatMap(({ domainId }) => domainId ?? []));
  const graph = await readRoleGraph(act.tx, [...domainIds]);
  const isWithin = assignments.every(
    (row) => mayOn(act, assignmentGrant, row) && callerMayGive(act, graph.closure(row.roleId)),
  );
  if (!isWithin) throw forbidden(assignmentGrant.name);
}

/**
 * The grant rule for what a role brings: whoever holds the role, or one that implies it, gains or loses it too.
 *
 * @param role Gets or loses an implication of the role `impliedId`.
 * @throws Refusal FORBIDDEN when the caller could not give the implied role where `role` belongs, or somewhere where
 *   somebody is given `role` by whatever name.
 */
export async function requireMayImply(act: Act, graph: RoleGraph, role: RoleRow, impliedId: string): Promise<void> {
  const mayGrantThere = act.policies.visible([assignmentGrant.name], act.actor, roleAssignments);
  const isWithin =
    callerMayGive(act, graph.closure(impliedId)) &&
    mayOn(act, assignmentGrant, { userId: null, domainId: role.domainId }) &&
    !(await isAssignedOutside(act.tx, mayGrantThere, graph.bringing(role.id)));
  if (!isWithin) throw forbidden(assignmentGrant.name);
}

function callerMayGive({ actor }: Act, brings: readonly RoleRow[]): boolean {
  // A role that is not known brings nothing that one could see, and may not be given.
  if (brings.length === 0) return false;
  return mayGive(actor.credentials.roles ?? [], brings, { isSystem: actor.scope === 'system' });
}
