import type { Context } from '../../authority/index.js';
import type { Id } from '../../platform/ids.js';
import { neededRoles, type PolicyQuestion, type Subject } from '../../platform/policy/index.js';
import type { RoleScope } from '../assignments/index.js';
import { operatorsProjectsHeld } from '../projects/index.js';
import { type RoleGraph, roleGraph } from '../roles/index.js';
import type { UserRow } from '../users/tables.js';
import { type Holding, readHoldings } from './holdings.js';
import { userAt } from './principals.js';

/** What a user holds on a scope at a moment. */
export interface Rights {
  readonly held: readonly Holding[];
  readonly graph: RoleGraph;
  /** Names of the roles that checks see, sorted. */
  readonly roles: readonly string[];
  /** The subject that policies see; null if the user gets no token there: it is disabled, or holds nothing there. */
  readonly subject: Subject | null;
  /** The subject as it would be. */
  readonly wouldBe: Subject;
}

export async function rightsOf(
  { db, clock, inForce, actor }: Context,
  user: UserRow,
  scope: RoleScope,
): Promise<Rights> {
  const held = (await readHoldings(db, [user.id], scope, clock.now())).get(user.id) ?? [];
  const graph = await roleGraph(db, inForce, actor.epoch, scope.domainId);
  const roles = namesHeld(
    graph,
    held.map(({ assignment }) => assignment.roleId),
  );
  const wouldBe = userAt(user, scope, roles, await operatorsProjectsHeld(db, inForce, actor.epoch));
  return { held, graph, roles, subject: user.isEnabled && held.length > 0 ? wouldBe : null, wouldBe };
}

/** Names of the roles that checks see in who holds these, sorted. */
export function namesHeld(graph: RoleGraph, roleIds: readonly Id<'Role'>[]): readonly string[] {
  return [...new Set(roleIds.flatMap((id) => graph.namesOf(id)))].sort();
}

/** The smallest set of the held roles for which the policy still allows. */
export function rolesNeeded(
  graph: RoleGraph,
  question: PolicyQuestion,
  { scope, credentials }: Subject,
): readonly string[] {
  return neededRoles(
    credentials.roles ?? [],
    (name) => graph.sizeOf(name),
    (roles) => question.allows({ scope, credentials: { ...credentials, roles } }),
  );
}
