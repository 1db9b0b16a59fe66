import { formatValue, type Row, valueAt } from './output.js';

/** A scope as people read it: `project web of default`. */
export function formatScope(scope: unknown): string {
  const row = (scope ?? {}) as Row;
  const [project, domain] = ['project.name', 'domain.name'].map((path) => valueAt(row, path));
  const type = String(row.type ?? '').toLowerCase();
  const name = type === 'project' ? project : domain;
  const owner = type === 'project' && domain != null ? ` of ${formatValue(domain)}` : '';
  return name == null ? type : `${type} ${formatValue(name)}${owner}`;
}

/** How roles come to a user: `operations > admin by group night-shift, inherited from domain default`. */
export function formatPath(path: Row): string {
  const roles = (path.roles as readonly unknown[]).map(formatValue).join(' > ');
  const group = path.groupId == null ? '' : ` by group ${formatValue(path.groupName)}`;
  return `${roles}${group}, ${path.isInherited === true ? 'inherited from' : 'given on'} ${formatScope(path.scope)}`;
}

/** The one who acts, as people read it. */
export function formatPrincipal(row: Row): string {
  const user = valueAt(row, 'user.name');
  if (user == null)
    return valueAt(row, 'agent.name') == null ? '-' : `agent ${formatValue(valueAt(row, 'agent.name'))}`;
  return `${formatValue(valueAt(row, 'user.domain.name'))}/${formatValue(user)}`;
}
