import { type Context, mayOn } from '../../authority/index.js';
import type { Id } from '../../platform/ids.js';
import type { RoleScope } from '../assignments/index.js';
import type { RoleGraph } from '../roles/index.js';
import { type Holding, PATHS_MAX } from './holdings.js';
import { permissionGet } from './policies.js';

/** Shape of `Scope`. */
export interface ScopeView {
  readonly type: string;
  readonly domainId: Id<'Domain'> | null;
  readonly projectId: Id<'Project'> | null;
}

export function scopeView({ type, domainId, projectId }: RoleScope): ScopeView {
  return { type: type.toUpperCase(), domainId, projectId };
}

/** A path from an assignment to a role in effect at a scope: the shape of `RolePath`. */
export type RolePath = ReturnType<typeof pathView>;

/**
 * How a user gets roles at a scope: the shortest paths for each role. When no role is needed, the assignments that
 * apply at the scope.
 */
export function pathsTo(
  context: Context,
  graph: RoleGraph,
  held: readonly Holding[],
  at: RoleScope,
  roles: readonly string[],
): RolePath[] {
  if (roles.length === 0) return held.slice(0, PATHS_MAX).map((holding) => pathTo(context, graph, holding, at));
  return roles.flatMap((role) => {
    const ways = held.flatMap((holding) => {
      const chain = chainTo(graph, holding.assignment.roleId, role);
      return chain ? [{ holding, chain }] : [];
    });
    const shortest = ways.sort((a, b) => a.chain.length - b.chain.length).slice(0, PATHS_MAX);
    return shortest.map(({ holding, chain }) => pathView(context, holding, at, chain));
  });
}

/** The path of an assignment to the assigned role itself. */
export function pathTo(context: Context, graph: RoleGraph, holding: Holding, at: RoleScope): RolePath {
  const name = graph.get(holding.assignment.roleId)?.name;
  return pathView(context, holding, at, name === undefined ? [] : [name]);
}

function pathView(context: Context, { userId, assignment, group }: Holding, at: RoleScope, chain: readonly string[]) {
  // Shown only to the group's members, and to callers who may read permissions in its domain.
  const isKnown =
    group !== null &&
    (userId === context.actor.principal?.id ||
      mayOn(context, permissionGet, { userId: null, domainId: group.domainId }));
  return {
    assignmentId: assignment.id,
    scope: scopeView({ ...assignment, type: assignment.scopeType }),
    isInherited: assignment.isInherited,
    at: scopeView(at),
    groupId: isKnown ? group.id : null,
    groupName: isKnown ? group.name : null,
    roles: chain,
    expiresAt: assignment.expiresAt,
  };
}

/** Names of roles from one to a global one, each implying the next; the fewest. */
function chainTo(graph: RoleGraph, from: Id<'Role'>, to: string): readonly string[] | undefined {
  const seen = new Set([from]);
  let ways: { readonly id: Id<'Role'>; readonly names: readonly string[] }[] = [{ id: from, names: [] }];
  while (ways.length > 0) {
    const next: typeof ways = [];
    for (const { id, names } of ways) {
      const role = graph.get(id);
      if (role === undefined) continue;
      const chain = [...names, role.name];
      if (role.name === to && role.domainId === null) return chain;
      const unseen = graph.impliedBy(id).filter((implied) => !seen.has(implied));
      for (const implied of unseen) seen.add(implied);
      next.push(...unseen.map((implied) => ({ id: implied, names: chain })));
    }
    ways = next;
  }
  return undefined;
}
