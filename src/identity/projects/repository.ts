import { and, count, eq, inArray } from 'drizzle-orm';
import { anyOf, type Values } from '../../db/among.js';
import { type Change, removeAt, updateAt } from '../../db/by-id.js';
import { connectionByName, type NamedArgs, type NameFilter, startsWith } from '../../db/by-name.js';
import { holdOwner } from '../../db/hold-owner.js';
import type { Db, Tx } from '../../db/open.js';
import type { Id } from '../../platform/ids.js';
import type { Connection } from '../../platform/pagination.js';
import type { Visible } from '../../platform/policy/index.js';
import { domains } from '../domains/tables.js';
import { ofProjects } from '../names/index.js';
import { type ProjectRow, projects } from './tables.js';

export interface ProjectFilter extends NameFilter {
  readonly domainIds?: Values<Id<'Domain'>>;
  readonly parentIds?: Values<Id<'Project'>>;
}

export async function findById(db: Db, id: Id<'Project'>): Promise<ProjectRow | undefined> {
  const [row] = await db.select().from(projects).where(eq(projects.id, id));
  return row;
}

export function listByIds(
  db: Db,
  visible: Visible<typeof projects>,
  ids: readonly Id<'Project'>[],
): Promise<ProjectRow[]> {
  return db
    .select()
    .from(projects)
    .where(and(visible.where, inArray(projects.id, [...ids])));
}

export function list(
  db: Db,
  visible: Visible<typeof projects>,
  args: NamedArgs<ProjectFilter>,
): Promise<Connection<ProjectRow>> {
  const filter = args.filter ?? {};
  const filters = [
    anyOf(projects.name, filter.names),
    ofProjects({ projectId: projects.parentId, domainId: projects.domainId }, filter.parentIds),
    anyOf(projects.domainId, filter.domainIds),
  ];
  const also = [startsWith(projects.name, filter.nameStartsWith)];
  return connectionByName(db, projects, { visible, filters, also }, args);
}

export async function insert(tx: Tx, row: ProjectRow): Promise<void> {
  await tx.insert(projects).values(row);
}

/** How many a domain has. Holds the domain. */
export async function countInDomain(tx: Tx, domainId: Id<'Domain'>): Promise<number> {
  await holdOwner(tx, domains.id, domainId);
  const [found] = await tx.select({ rows: count() }).from(projects).where(eq(projects.domainId, domainId));
  return found?.rows ?? 0;
}

/** Returns the changed project; undefined when the row changed since `row` was read. */
export const update = (act: Change, row: ProjectRow, changes: Partial<ProjectRow>): Promise<ProjectRow | undefined> =>
  updateAt(act, projects, row, changes);

/** Returns false when the row changed since `row` was read. */
export const remove = (tx: Tx, row: ProjectRow): Promise<boolean> => removeAt(tx, projects, row);

/** See `holdOwner`. */
export const holdProject = (tx: Tx, id: Id<'Project'>): Promise<void> => holdOwner(tx, projects.id, id);

/** Those of some projects that are still there; they stay until the transaction ends. */
export async function existingProjects(tx: Tx, ids: readonly Id<'Project'>[]): Promise<Id<'Project'>[]> {
  const found = await tx
    .select({ id: projects.id })
    .from(projects)
    .where(inArray(projects.id, [...ids]))
    .for('key share');
  return found.map(({ id }) => id).sort();
}
