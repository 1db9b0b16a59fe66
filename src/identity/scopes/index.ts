import type { Db } from '../../db/open.js';
import { invalid } from '../../platform/errors.js';
import type { Id } from '../../platform/ids.js';
import { type DomainRef, findDomain } from '../domains/index.js';
import { findProject, type ProjectRef } from '../projects/index.js';

/** A scope as people type it. The schema requires exactly one field. */
export interface ScopeInput {
  readonly system?: boolean | null | undefined;
  readonly domain?: DomainRef | null | undefined;
  readonly project?: ProjectRef | null | undefined;
}

/** Where a scope that came from a caller has ids. */
export const SCOPE_IDS = { domain: { id: 'Domain' }, project: { id: 'Project' } } as const;

export interface ResolvedScope {
  readonly type: 'system' | 'domain' | 'project';
  readonly domainId: Id<'Domain'> | null;
  readonly projectId: Id<'Project'> | null;
}

/** Shape of `Scope`, from a stored scope. */
export function scopeView(row: {
  readonly scopeType: string;
  readonly domainId: Id<'Domain'> | null;
  readonly projectId: Id<'Project'> | null;
}) {
  return { type: row.scopeType.toUpperCase(), domainId: row.domainId, projectId: row.projectId };
}

/**
 * The scope that the input names; undefined when there is none. `home` is the domain of a project's name alone. Does not
 * check whether the caller may see it.
 */
export async function resolveScope(
  db: Db,
  input: ScopeInput,
  home: Id<'Domain'>,
  ...path: string[]
): Promise<ResolvedScope | undefined> {
  if (input.domain) {
    const row = await findDomain(db, input.domain);
    return row && { type: 'domain', domainId: row.id, projectId: null };
  }
  if (input.project) {
    const row = await findProject(db, input.project, home);
    return row && { type: 'project', domainId: row.domainId, projectId: row.id };
  }
  if (input.system !== true) throw invalid('system can only be true.', ...path, 'system');
  return { type: 'system', domainId: null, projectId: null };
}
