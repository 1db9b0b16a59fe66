import { and, eq, type SQL } from 'drizzle-orm';
import type { Db } from '../../db/open.js';
import { invalid } from '../../platform/errors.js';
import { domains } from '../domains/tables.js';
import { projects } from '../projects/tables.js';

type Maybe<T> = T | null | undefined;

/** A scope as people type it. The schema sees to it that exactly one is given. */
export interface ScopeInput {
  readonly system?: Maybe<boolean>;
  readonly domain?: Maybe<{ readonly id?: Maybe<string>; readonly name?: Maybe<string> }>;
  readonly project?: Maybe<{
    readonly id?: Maybe<string>;
    readonly name?: Maybe<{ readonly project: string; readonly domain: string }>;
  }>;
}

export interface ResolvedScope {
  readonly type: 'system' | 'domain' | 'project';
  readonly domainId: string | null;
  readonly projectId: string | null;
}

/** The scope that is meant; undefined when there is none. Says nothing about who may know of it. */
export async function resolveScope(db: Db, input: ScopeInput, ...path: string[]): Promise<ResolvedScope | undefined> {
  if (input.domain) {
    const { id, name } = input.domain;
    const where = id != null ? eq(domains.id, id) : eq(domains.name, name ?? '');
    const [row] = await db.select().from(domains).where(where);
    return row && { type: 'domain', domainId: row.id, projectId: null };
  }
  if (input.project) {
    const { id, name } = input.project;
    const byName = and(eq(projects.name, name?.project ?? ''), eq(domains.name, name?.domain ?? '')) as SQL;
    const [row] = await db
      .select({ id: projects.id, domainId: projects.domainId })
      .from(projects)
      .innerJoin(domains, eq(domains.id, projects.domainId))
      .where(id != null ? eq(projects.id, id) : byName);
    return row && { type: 'project', domainId: row.domainId, projectId: row.id };
  }
  if (input.system !== true) throw invalid('system can only be true.', ...path, 'system');
  return { type: 'system', domainId: null, projectId: null };
}
