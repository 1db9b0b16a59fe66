import { type Act, type AuthorizationContext, mayOn } from '../../authority/index.js';
import { forbidden, outlasting } from '../../platform/errors.js';
import type { Id } from '../../platform/ids.js';
import { RoleGraph, readRoleGraph } from '../roles/index.js';
import type { RoleRow } from '../roles/tables.js';
import { isInForce, listHeldOn } from './effective.js';
import { mayGrant } from './grant-rule.js';
import { assignmentGrant } from './policies.js';
import { isAssignedOutside } from './repository.js';
import { type AssignmentRow, roleAssignments } from './tables.js';

/**
 * The grant rule, for every way to gain what some assignments bring: being given them, joining a group that has them,
 * getting hold of the password of who has them. Nothing that is given outlasts the giver's own right.
 *
 * @throws Refusal FORBIDDEN when the caller could not give each of them, or not for as long as it holds.
 */
export async function requireMayGrant(act: Act, assignments: readonly AssignmentRow[]): Promise<void> {
  const graph = await graphOf(act, assignments);
  requireWithin(act, graph, assignments);
  const lasting = await callersEnds(act);
  if (lasting === null) return;
  const given = assignments.filter(({ expiresAt }) => expiresAt === null || act.now < expiresAt);
  const isOutlasted = (end: Date | null) =>
    !given.every((row) => isWithin(lasting.until(end ?? row.expiresAt), graph, row));
  if (!isOutlasted(null)) return;
  throw outlasting(assignmentGrant.name, lasting.ends.find((end) => !isOutlasted(end)) ?? null);
}

/**
 * The same for what takes assignments away, or keeps somebody from what they bring. It lasts whoever did it.
 *
 * @throws Refusal FORBIDDEN when the caller could not give each of them.
 */
export async function requireMayRevoke(act: Act, assignments: readonly AssignmentRow[]): Promise<void> {
  requireWithin(act, await graphOf(act, assignments), assignments);
}

/** A domain's roles and the global ones that matter where assignments are. */
async function graphOf(act: Act, assignments: readonly AssignmentRow[]): Promise<RoleGraph> {
  const domainIds = new Set(assignments.flatMap(({ domainId }) => domainId ?? []));
  return assignments.length === 0 ? new RoleGraph([], []) : readRoleGraph(act.tx, [...domainIds]);
}

function requireWithin(act: Act, graph: RoleGraph, assignments: readonly AssignmentRow[]): void {
  if (!assignments.every((row) => isWithin(act, graph, row))) throw forbidden(assignmentGrant.name);
}

function isWithin(authorization: AuthorizationContext, graph: RoleGraph, row: AssignmentRow): boolean {
  return mayOn(authorization, assignmentGrant, row) && callerMayGrant(authorization, graph.closure(row.roleId));
}

/**
 * The grant rule for what a role brings: whoever holds the role, or one that implies it, gains or loses it too. What an
 * implication gives has no end.
 *
 * @param role Gets or loses an implication of the role `impliedId`.
 * @throws Refusal FORBIDDEN when the caller could not give the implied role where `role` belongs, or somewhere where
 *   somebody is given `role` by whatever name; or, for one that gets it, not without end.
 */
export async function requireMayImply(
  act: Act,
  graph: RoleGraph,
  role: RoleRow,
  impliedId: Id<'Role'>,
  change: 'add' | 'remove',
): Promise<void> {
  const isWithinFor = async (authorization: AuthorizationContext) => {
    const mayGrantThere = authorization.policies.visible([assignmentGrant.name], authorization.actor, roleAssignments);
    return (
      callerMayGrant(authorization, graph.closure(impliedId)) &&
      mayOn(authorization, assignmentGrant, { userId: null, domainId: role.domainId }) &&
      !(await isAssignedOutside(act.tx, mayGrantThere, graph.bringing(role.id)))
    );
  };
  if (!(await isWithinFor(act))) throw forbidden(assignmentGrant.name);
  const lasting = change === 'add' ? await callersEnds(act) : null;
  if (lasting !== null && !(await isWithinFor(lasting.until(null)))) throw outlasting(assignmentGrant.name, null);
}

function callerMayGrant({ actor }: AuthorizationContext, brings: readonly RoleRow[]): boolean {
  // A role that is not known brings nothing that one could see, and may not be given.
  if (brings.length === 0) return false;
  return mayGrant(actor.credentials.roles ?? [], brings, { isSystem: actor.scope === 'system' });
}

interface Lasting {
  /** When roles of the caller end, the last first. */
  readonly ends: readonly Date[];
  /** The caller with no more than what it holds until a time at least, or with null without end. */
  until(end: Date | null): AuthorizationContext;
}

/** What of the caller's roles ends, and when; null when none does. */
async function callersEnds(act: Act): Promise<Lasting | null> {
  const { actor, policies, now, tx } = act;
  const { principal, where, credentials, rolesUntil } = actor;
  if (rolesUntil === null || principal?.kind !== 'user' || where === null) return null;
  if (where.type === 'unscoped' || where.type === 'agent') return null;
  const scope = { domainId: null, projectId: null, ...where };
  const rows = (await listHeldOn(tx, principal.id, scope)).filter((row) => isInForce(row, now));
  const graph = await readRoleGraph(tx, scope.domainId === null ? [] : [scope.domainId]);
  const ends = rows.flatMap(({ expiresAt }) => expiresAt ?? []).sort((a, b) => b.getTime() - a.getTime());
  const contexts = new Map<number | undefined, AuthorizationContext>();
  const heldUntil = (end: Date | null): AuthorizationContext => {
    const lasting = rows.filter(({ expiresAt }) => expiresAt === null || (end !== null && end <= expiresAt));
    const names = new Set(lasting.flatMap(({ roleId }) => graph.namesOf(roleId)));
    const held = credentials.roles ?? [];
    const dropped = [...(credentials.dropped_roles ?? []), ...held.filter((name) => !names.has(name))];
    const roles = held.filter((name) => names.has(name));
    return {
      policies,
      candidate: null,
      actor: { ...actor, credentials: { ...credentials, roles, dropped_roles: dropped } },
    };
  };
  const until = (end: Date | null): AuthorizationContext => {
    const key = end?.getTime();
    const authorization = contexts.get(key) ?? heldUntil(end);
    contexts.set(key, authorization);
    return authorization;
  };
  return { ends, until };
}
