import { and, asc, eq } from 'drizzle-orm';
import type { Db } from '../../db/open.js';
import { type Id, noId } from '../../platform/ids.js';
import { projects } from './tables.js';

/** A list of agents at system scope reads the page of each of these projects. */
export const OPERATORS_PROJECTS_MAX = 8;

interface Kept {
  readonly epoch: number;
  readonly ids: readonly Id<'Project'>[];
}

const kept = new WeakMap<object, Kept>();

/** Ids of the operators' projects. */
export async function listOperatorsProjects(db: Db): Promise<Id<'Project'>[]> {
  const rows = await db
    .select({ id: projects.id })
    .from(projects)
    .where(eq(projects.isOperators, true))
    .orderBy(asc(projects.id));
  return rows.map(({ id }) => id);
}

/** Whether operators run the machines of a project. A change of it takes the epoch alone, so the answer holds in a change. */
export async function isOperatorsProject(db: Db, id: Id<'Project'>): Promise<boolean> {
  const isIt = and(eq(projects.id, id), eq(projects.isOperators, true));
  return (await db.select({ id: projects.id }).from(projects).where(isIt)).length > 0;
}

/**
 * What a token of the system holds: the operators' projects as of an epoch, which each change of them bumps. `owner` is
 * the cache key: one object for each database. Without any it holds the id of no project, so that whether an operation is
 * allowed at all depends on the roles alone.
 */
export async function operatorsProjectsHeld(db: Db, owner: object, epoch: number): Promise<readonly Id<'Project'>[]> {
  const known = kept.get(owner);
  if (known?.epoch === epoch) return known.ids;
  const found = await listOperatorsProjects(db);
  const ids = found.length === 0 ? [noId('Project')] : found;
  kept.set(owner, { epoch, ids });
  return ids;
}
