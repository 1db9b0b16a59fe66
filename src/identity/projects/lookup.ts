import { and, eq, getTableColumns } from 'drizzle-orm';
import { equals } from '../../db/among.js';
import type { Db } from '../../db/open.js';
import type { Id } from '../../platform/ids.js';
import { domains } from '../domains/tables.js';
import { type ProjectRow, projects } from './tables.js';

/** A project by id or by name: one of the two. */
export interface ProjectRef {
  readonly id?: Id<'Project'> | null | undefined;
  readonly name?: { readonly project: string; readonly domain: string } | null | undefined;
}

/** Does not check whether the caller may see it. */
export async function findProject(db: Db, { id, name }: ProjectRef): Promise<ProjectRow | undefined> {
  const isNamed = and(equals(projects.name, name?.project ?? ''), equals(domains.name, name?.domain ?? ''));
  const [row] = await db
    .select(getTableColumns(projects))
    .from(projects)
    .innerJoin(domains, eq(domains.id, projects.domainId))
    .where(id != null ? eq(projects.id, id) : isNamed);
  return row;
}
