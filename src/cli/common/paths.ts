import type { PathFragment } from '../../generated/documents.js';
import { formatValue } from './output.js';

interface Named {
  readonly name: string;
}

interface Scope {
  readonly type: string;
  readonly domain: Named | null;
  readonly project: Named | null;
}

/** A scope in a form for people: `project web of default`. */
export function formatScope({ type: kind, domain, project }: Scope): string {
  const type = kind.toLowerCase();
  const named = type === 'project' ? project : domain;
  const owner = type === 'project' && domain !== null ? ` of ${formatValue(domain.name)}` : '';
  return named === null ? type : `${type} ${formatValue(named.name)}${owner}`;
}

/** How a user gets a role: `operations > admin by group night-shift, inherited from domain default`. */
export function formatPath({ roles, groupId, groupName, isInherited, scope }: PathFragment): string {
  const names = roles.map(formatValue).join(' > ');
  const group = groupId === null ? '' : ` by group ${formatValue(groupName)}`;
  return `${names}${group}, ${isInherited ? 'inherited from' : 'given on'} ${formatScope(scope)}`;
}

interface Principal {
  readonly user: (Named & { readonly domain: Named | null }) | null;
  readonly agent?: Named | null;
}

/** The user or agent, in a form for people. */
export function formatPrincipal({ user, agent }: Principal): string {
  // Not everybody who reads a user may read its domain.
  if (user !== null)
    return [user.domain?.name, user.name]
      .filter((part) => part != null)
      .map(formatValue)
      .join('/');
  return agent ? `agent ${formatValue(agent.name)}` : '-';
}
