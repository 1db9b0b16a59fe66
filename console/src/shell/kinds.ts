import type { SearchQuery } from '../generated/documents.js';
import { objectPathOf } from '../kit/object-paths.js';

export type Hit = NonNullable<SearchQuery['search']>[number];

const calledOf = (kind: Hit['kind']) => (kind === 'USER' ? 'person' : kind.toLowerCase());

/** What leads to an object that a search found; null for a kind without a page, which is left out. */
export function wayTo({ kind, id, name, domain, project }: Hit) {
  const path = objectPathOf(kind, id);
  if (path === null) return null;
  const owners = [domain?.name, project?.name].filter(Boolean).join(' / ');
  const hint = owners === '' ? calledOf(kind) : `${calledOf(kind)} of ${owners}`;
  return { key: `hit ${id}`, label: name ?? id, hint, path };
}
