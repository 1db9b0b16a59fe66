import { type Scope, scopeOf } from '../api/scope.js';
import type { ViewerQuery, ViewerScopesQuery } from '../generated/documents.js';

/** A scope that the viewer may choose. */
export interface Choice {
  readonly scope: Scope;
  readonly kind: Kind;
  readonly name: string;
  readonly roles: readonly string[];
}

type Kind = 'System' | 'Domain' | 'Project' | 'No scope';

/** Scopes to choose from, and whether there are more that only a longer beginning of a name finds. */
export interface Choices {
  readonly choices: readonly Choice[];
  readonly hasMore: boolean;
}

type At = NonNullable<ViewerQuery['viewer']>['scope'];
type Told = NonNullable<NonNullable<ViewerScopesQuery['viewer']>['scopes']>['nodes'][number];

/** What a scope is called. */
export function namesOf({ type, domain, project }: At): Pick<Choice, 'kind' | 'name'> {
  return named(type, domain?.name, project?.name);
}

function named(type: At['type'], domain?: string | null, project?: string | null): Pick<Choice, 'kind' | 'name'> {
  if (type === 'SYSTEM') return { kind: 'System', name: 'the deployment' };
  if (type === 'DOMAIN') return { kind: 'Domain', name: domain ?? 'not readable' };
  if (type === 'PROJECT')
    return { kind: 'Project', name: [domain, project].filter(Boolean).join(' / ') || 'not readable' };
  return { kind: 'No scope', name: 'only yourself' };
}

/** A scope as `Viewer.scopes` tells it. */
export function choiceOf({ type, domainId, domainName, projectId, projectName, roles }: Told): Choice | null {
  const scope = scopeOf({
    type,
    domain: domainId ? { id: domainId } : null,
    project: projectId ? { id: projectId } : null,
  });
  return scope && { scope, ...named(type, domainName, projectName), roles };
}

/** Without any scope a person sees itself alone. */
export const NONE: Choice = { scope: 'unscoped', ...named('UNSCOPED'), roles: [] };

/** Whether the viewer holds any role anywhere. */
export const isWithoutScope = ({ choices }: Choices): boolean => choices.every(({ scope }) => scope === 'unscoped');
