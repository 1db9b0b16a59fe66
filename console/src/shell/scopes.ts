import { clientOf } from '../api/client.js';
import { type Scope, scopeOf } from '../api/scope.js';
import { ViewerScopesDocument, type ViewerScopesQuery } from '../generated/documents.js';

/** A scope that the viewer may choose. */
export interface Choice {
  readonly scope: Scope;
  readonly kind: 'System' | 'Domain' | 'Project' | 'No scope';
  readonly name: string;
  readonly roles: readonly string[];
}

type At = NonNullable<ViewerScopesQuery['effectiveRoleAssignments']>['nodes'][number]['path']['at'];

const ORDER = ['System', 'Domain', 'Project', 'No scope'];

/** What a scope is called. */
export function namesOf({ type, domain, project }: At): Pick<Choice, 'kind' | 'name'> {
  if (type === 'SYSTEM') return { kind: 'System', name: 'the deployment' };
  if (type === 'DOMAIN') return { kind: 'Domain', name: domain?.name ?? 'not readable' };
  if (type === 'PROJECT')
    return { kind: 'Project', name: [domain?.name, project?.name].filter(Boolean).join(' / ') || 'not readable' };
  return { kind: 'No scope', name: 'only yourself' };
}

/** The scopes on which the viewer holds roles now, the widest first, and the one without any. */
export async function choicesOf(userId: string): Promise<readonly Choice[]> {
  const { data } = await clientOf('system').query(ViewerScopesDocument.toString(), { user: userId }).toPromise();
  const found = new Map<Scope, Choice>();
  for (const { path, roles, isInForce } of (data as ViewerScopesQuery | undefined)?.effectiveRoleAssignments?.nodes ??
    []) {
    const scope = scopeOf(path.at);
    if (scope === null || !isInForce) continue;
    const known = found.get(scope)?.roles ?? [];
    found.set(scope, { scope, ...namesOf(path.at), roles: [...new Set([...known, ...roles])] });
  }
  found.set('unscoped', { scope: 'unscoped', kind: 'No scope', name: 'only yourself', roles: [] });
  return [...found.values()].sort(
    (one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind) || one.name.localeCompare(other.name),
  );
}

const KEY = 'bailiwick.scope';

/** The scope that this browser showed last. */
export const lastScope = (): string | null => localStorage.getItem(KEY);
export const rememberScope = (scope: Scope): void => localStorage.setItem(KEY, scope);
