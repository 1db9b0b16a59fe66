import { eq, inArray } from 'drizzle-orm';
import type { Db, Tx } from '../../db/open.js';
import type { Id } from '../../platform/ids.js';
import { projectDefaults } from './tables.js';

type ProjectId = Id<'Project'>;

/** The lists of projects that have a default. */
export async function listByProjects(db: Db, ids: readonly ProjectId[]): Promise<Map<ProjectId, Id<'Allowlist'>>> {
  const rows = await db
    .select()
    .from(projectDefaults)
    .where(inArray(projectDefaults.projectId, [...ids]));
  return new Map(rows.map(({ projectId, allowlistId }) => [projectId, allowlistId]));
}

export const defaultAllowlistOf = async (db: Db, id: ProjectId): Promise<Id<'Allowlist'> | null> =>
  (await listByProjects(db, [id])).get(id) ?? null;

/** Sets the default of a project; with null, it has none. */
export async function set(tx: Tx, projectId: ProjectId, allowlistId: Id<'Allowlist'> | null): Promise<void> {
  if (allowlistId === null) await tx.delete(projectDefaults).where(eq(projectDefaults.projectId, projectId));
  else {
    const target = projectDefaults.projectId;
    await tx
      .insert(projectDefaults)
      .values({ projectId, allowlistId })
      .onConflictDoUpdate({ target, set: { allowlistId } });
  }
}
