import type { Db } from '../../db/open.js';
import type { Id } from '../../platform/ids.js';
import { isReferred, type OwnedRef } from '../names/index.js';
import { type ProjectRow, projects } from './tables.js';

export type ProjectRef = OwnedRef<'Project'>;

/** `home` is the domain of a name alone. Does not check whether the caller may see it. */
export async function findProject(db: Db, ref: ProjectRef, home: Id<'Domain'>): Promise<ProjectRow | undefined> {
  const [row] = await db
    .select()
    .from(projects)
    .where(isReferred(projects, ref, home));
  return row;
}
