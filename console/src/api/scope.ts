/** The part of the deployment that a page is about, as it stands in the address. */
export type Scope = 'unscoped' | 'system' | `domain:${string}` | `project:${string}`;

const FORM = /^(?:unscoped|system|(?:domain|project):[A-Za-z0-9_-]{1,100})$/;

/** Whether a part of an address names a scope. Whether the viewer may choose it, the server says. */
export const isScope = (text: string): text is Scope => FORM.test(text);

interface ScopeView {
  readonly type: string;
  readonly domain?: { readonly id: string } | null;
  readonly project?: { readonly id: string } | null;
}

/** A scope as the API tells it; null where the viewer may not know of it. */
export function scopeOf({ type, domain, project }: ScopeView): Scope | null {
  if (type === 'SYSTEM') return 'system';
  if (type === 'DOMAIN') return domain ? `domain:${domain.id}` : null;
  if (type === 'PROJECT') return project ? `project:${project.id}` : null;
  return type === 'UNSCOPED' ? 'unscoped' : null;
}
