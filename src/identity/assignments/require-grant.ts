import { type Act, type AuthorizationContext, mayOn } from '../../authority/index.js';
import type { Db } from '../../db/open.js';
import { forbidden, outlasting } from '../../platform/errors.js';
import type { Id } from '../../platform/ids.js';
import { RoleGraph, readRoleGraph } from '../roles/index.js';
import type { RoleRow } from '../roles/tables.js';
import { isInForce, listHeldOn } from './effective.js';
import { mayGrant } from './grant-rule.js';
import { assignmentGrant } from './policies.js';
import { isAssignedOutside } from './repository.js';
import { type AssignmentRow, roleAssignments } from './tables.js';

/** An assignment, as the grant rule sees it. */
export type Given = Pick<AssignmentRow, 'userId' | 'domainId' | 'roleId' | 'expiresAt'>;

/** The caller, a moment, and where to read: an `Act`, or a request that only asks. */
export interface Grounds extends AuthorizationContext {
  readonly tx: Db;
  readonly now: Date;
}

/**
 * The grant rule, for every way to gain the roles of some assignments: a grant, a group membership, control of a
 * holder's password. Nothing that is given outlasts the giver's own right.
 *
 * @throws Refusal FORBIDDEN when the caller could not grant each of them, or only for a shorter time.
 */
export async function requireMayGrant(act: Act, assignments: readonly Given[]): Promise<void> {
  const graph = await graphOf(act, assignments);
  requireWithin(act, graph, assignments);
  const lasting = await callersEnds(act);
  if (lasting === null || !areOutlasting(lasting, graph, assignments, act.now)) return;
  const end = lasting.ends.find((one) => !areOutlasting(lasting, graph, assignments, act.now, one));
  throw outlasting(assignmentGrant.name, end ?? null);
}

/** Whether one of them lasts longer than the caller's right to grant it; with an end, until that at most. */
export function areOutlasting(
  lasting: Lasting,
  graph: RoleGraph,
  assignments: readonly Given[],
  now: Date,
  end: Date | null = null,
): boolean {
  const given = assignments.filter(({ expiresAt }) => expiresAt === null || now < expiresAt);
  return !given.every((row) => isWithin(lasting.until(end ?? row.expiresAt), graph, row));
}

/**
 * The grant rule for taking assignments away, or keeping somebody from using them. This may outlast the caller's roles.
 *
 * @throws Refusal FORBIDDEN when the caller could not grant each of them.
 */
export async function requireMayRevoke(act: Act, assignments: readonly Given[]): Promise<void> {
  requireWithin(act, await graphOf(act, assignments), assignments);
}

/** The roles of the assignments' domains, and the global ones. */
export async function graphOf(act: Pick<Grounds, 'tx'>, assignments: readonly Given[]): Promise<RoleGraph> {
  const domainIds = new Set(assignments.flatMap(({ domainId }) => domainId ?? []));
  return assignments.length === 0 ? new RoleGraph([], []) : readRoleGraph(act.tx, [...domainIds]);
}

function requireWithin(act: Act, graph: RoleGraph, assignments: readonly Given[]): void {
  if (!assignments.every((row) => isWithin(act, graph, row))) throw forbidden(assignmentGrant.name);
}

/** Whether the caller may grant and revoke it. */
export function isWithin(authorization: AuthorizationContext, graph: RoleGraph, row: Given): boolean {
  return mayOn(authorization, assignmentGrant, row) && callerMayGrant(authorization, graph.closure(row.roleId));
}

/**
 * The grant rule for implications: every holder of the role, or of one that implies it, gains or loses the implied role
 * too. An implication has no end.
 *
 * @param role Gets or loses an implication of the role `impliedId`.
 * @throws Refusal FORBIDDEN when the caller could not grant the implied role in the domain of `role`, or in every place
 *   where somebody holds `role`, directly or by implication; or, when adding, could grant it only for a limited time.
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
  // An unknown role brings nothing that can be checked, so nobody may grant it.
  if (brings.length === 0) return false;
  return mayGrant(actor.credentials.roles ?? [], brings, { isSystem: actor.scope === 'system' });
}

export interface Lasting {
  /** When roles of the caller end, the last first. */
  readonly ends: readonly Date[];
  /** The caller, reduced to the roles that it holds at least until `end`; with null, to those without an end. */
  until(end: Date | null): AuthorizationContext;
}

/** Which of the caller's roles end, and when; null when none does. */
export async function callersEnds(act: Grounds): Promise<Lasting | null> {
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
