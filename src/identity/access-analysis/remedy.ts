import { leastRoles, type PolicyQuestion, type Subject } from '../../platform/policy/index.js';
import { HIERARCHY, type RoleScope } from '../assignments/index.js';
import type { RoleGraph } from '../roles/index.js';
import type { RoleRow } from '../roles/tables.js';
import { type ScopeView, scopeView } from './paths.js';

type Obstacle = 'SCOPE_TYPE' | 'BOUNDARY' | 'PRINCIPAL' | 'TRUST_STATE' | 'AGENT' | 'CHECK' | 'TOO_MANY_ROLES';

/** The grants that are missing, or why no grant would help. */
export interface Remedy {
  readonly missing: readonly { readonly role: string; readonly scope: ScopeView }[];
  readonly obstacle: Obstacle | null;
}

export const blockedBy = (obstacle: Obstacle): Remedy => ({ missing: [], obstacle });

/** @param isNameable Which roles may be named. */
export function remedyForUser(
  asked: PolicyQuestion,
  graph: RoleGraph,
  subject: Subject,
  scope: RoleScope,
  isNameable: (role: RoleRow) => boolean = () => true,
): Remedy {
  const { credentials } = subject;
  if (!asked.takes(scope.type)) return blockedBy('SCOPE_TYPE');
  if (!asked.couldAllow(scope.type, credentials, ['roles'], 'boundary')) return blockedBy('BOUNDARY');
  const found = leastRoles({
    roles: grantable(graph, isNameable),
    named: asked.named(scope.type).roles,
    held: credentials.roles ?? [],
    // Without a role there is no token.
    allows: (roles) => roles.length > 0 && asked.allows({ scope: scope.type, credentials: { ...credentials, roles } }),
  });
  if (found === 'none') return blockedBy('CHECK');
  if (found === 'unknown') return blockedBy('TOO_MANY_ROLES');
  return { missing: found.map(({ name }) => ({ role: name, scope: scopeView(scope) })), obstacle: null };
}

/** Global roles: those of the hierarchy first, the lowest of them first, then the others by name. */
function grantable(graph: RoleGraph, isNameable: (role: RoleRow) => boolean) {
  const rankOf = (name: string) => (HIERARCHY as readonly string[]).indexOf(name);
  return graph.all
    .filter((role) => role.domainId === null && isNameable(role))
    .map(({ id, name }) => ({ name, brings: graph.namesOf(id) }))
    .sort((a, b) => rankOf(b.name) - rankOf(a.name) || (a.name < b.name ? -1 : 1));
}
