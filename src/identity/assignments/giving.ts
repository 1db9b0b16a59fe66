import { type Act, mayOn } from '../../authority/index.js';
import { forbidden } from '../../platform/errors.js';
import { readRoleGraph } from '../roles/index.js';
import { mayGive } from './grant-rule.js';
import { assignmentGrant } from './policies.js';
import type { AssignmentRow } from './tables.js';

/**
 * The grant rule, for every way to gain what some assignments bring: being given them, joining a group that has them,
 * getting hold of the password or the key of who has them.
 *
 * @throws Refusal FORBIDDEN when the caller could not give each of them.
 */
export async function requireMayGive(act: Act, assignments: readonly AssignmentRow[]): Promise<void> {
  if (assignments.length === 0) return;
  const graph = await readRoleGraph(act.tx);
  const held = act.actor.credentials.roles ?? [];
  const giver = { isSystem: act.actor.scope === 'system' };
  const isWithin = assignments.every(
    (row) => mayOn(act, assignmentGrant, row) && mayGive(held, graph.closure(row.roleId), giver),
  );
  if (!isWithin) throw forbidden(assignmentGrant.name);
}
