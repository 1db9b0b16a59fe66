import type { SearchQuery } from '../generated/documents.js';

export type Hit = NonNullable<SearchQuery['search']>[number];

/**
 * Where the page of an object is, by its kind, and what the kind is called. A kind without a page is left out of what a
 * search shows; a new page adds its line.
 */
const PAGES: { readonly [Kind in Hit['kind']]?: { readonly called: string; readonly path: string } } = {
  AGENT: { called: 'agent', path: 'agents' },
  ALLOWLIST: { called: 'allowlist', path: 'allowlists' },
  DOMAIN: { called: 'domain', path: 'domains' },
  GROUP: { called: 'group', path: 'groups' },
  NODE: { called: 'node', path: 'nodes' },
  PROJECT: { called: 'project', path: 'projects' },
  ROLE: { called: 'role', path: 'roles' },
  USER: { called: 'person', path: 'users' },
};

/** What leads to an object that a search found; null for a kind without a page. */
export function wayTo({ kind, id, name, domain, project }: Hit) {
  const page = PAGES[kind];
  if (page === undefined) return null;
  const owners = [domain?.name, project?.name].filter(Boolean).join(' / ');
  const hint = owners === '' ? page.called : `${page.called} of ${owners}`;
  return { key: `hit ${id}`, label: name ?? id, hint, path: [page.path, id] as const };
}
