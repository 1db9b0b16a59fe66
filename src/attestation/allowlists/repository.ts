import { and, asc, count, eq, getTableColumns, inArray, isNull, or, type SQL, sql } from 'drizzle-orm';
import { anyOf, equals } from '../../db/among.js';
import { type Change, removeAt, updateAt } from '../../db/by-id.js';
import { connectionByName, type NamedArgs, type NameFilter, startsWith } from '../../db/by-name.js';
import type { Db, Tx } from '../../db/open.js';
import { rowsWhere } from '../../db/rows.js';
import { agents } from '../../identity/agents/index.js';
import { holdDomain } from '../../identity/domains/index.js';
import { holdProject } from '../../identity/projects/index.js';
import type { Id } from '../../platform/ids.js';
import type { Connection } from '../../platform/pagination.js';
import type { Visible } from '../../platform/policy/index.js';
import { attestationRecords } from '../records/tables.js';
import { type AllowlistRow, allowlistRevisions, allowlists, type RevisionRow } from './tables.js';

type VisibleAllowlists = Visible<typeof allowlists>;

export type AllowlistFilter = NameFilter;

export async function findById(db: Db, id: Id<'Allowlist'>): Promise<AllowlistRow | undefined> {
  const [row] = await db.select().from(allowlists).where(eq(allowlists.id, id));
  return row;
}

/** Who owns a list; undefined for one that does not exist. */
export const findOwnerType = async (db: Db, id: Id<'Allowlist'>): Promise<AllowlistRow['ownerType'] | undefined> =>
  (await findById(db, id))?.ownerType;

/** The list that a condition on its owner and name means. Does not check whether the caller may see it. */
export async function findOwn(db: Db, where: SQL | undefined): Promise<AllowlistRow | undefined> {
  const [row] = await db.select().from(allowlists).where(where);
  return row;
}

/** Of the readable lists of this name, the one of the nearest owner: project, then domain, then system. */
export async function findNearest(
  db: Db,
  visible: VisibleAllowlists,
  name: string,
  projectId: Id<'Project'> | null,
): Promise<AllowlistRow | undefined> {
  // A domain also reads the lists of its projects, but a name in the domain never means one of them.
  const inScope = or(
    isNull(allowlists.projectId),
    projectId === null ? undefined : eq(allowlists.projectId, projectId),
  );
  const [row] = await db
    .select()
    .from(allowlists)
    .where(and(visible.where, equals(allowlists.name, name), inScope))
    .orderBy(sql`${allowlists.projectId} is null`, sql`${allowlists.domainId} is null`)
    .limit(1);
  return row;
}

export function listByIds(
  db: Db,
  visible: VisibleAllowlists,
  ids: readonly Id<'Allowlist'>[],
): Promise<AllowlistRow[]> {
  return rowsWhere(db, allowlists, and(inArray(allowlists.id, [...ids]), visible.where));
}

export function list(
  db: Db,
  visible: VisibleAllowlists,
  args: NamedArgs<AllowlistFilter>,
): Promise<Connection<AllowlistRow>> {
  const { names, nameStartsWith } = args.filter ?? {};
  const filters = [anyOf(allowlists.name, names)];
  const also = [startsWith(allowlists.name, nameStartsWith)];
  return connectionByName(db, allowlists, { visible, filters, also }, args);
}

/** How many lists the same system, domain or project owns. Holds this owner. */
export async function countOfOwner(tx: Tx, { domainId, projectId }: AllowlistRow): Promise<number> {
  if (projectId === null) await holdDomain(tx, domainId);
  else await holdProject(tx, projectId);
  const [found] = await tx
    .select({ lists: count() })
    .from(allowlists)
    .where(
      and(
        domainId === null ? isNull(allowlists.domainId) : eq(allowlists.domainId, domainId),
        projectId === null ? isNull(allowlists.projectId) : eq(allowlists.projectId, projectId),
      ),
    );
  return found?.lists ?? 0;
}

/** The revision in force, with the list's name. Does not check whether the caller may read it. */
export async function currentRevision(
  db: Db,
  allowlistId: Id<'Allowlist'>,
): Promise<(RevisionRow & { name: string }) | undefined> {
  const [row] = await db
    .select({ ...getTableColumns(allowlistRevisions), name: allowlists.name })
    .from(allowlists)
    .innerJoin(allowlistRevisions, eq(allowlistRevisions.id, allowlists.currentRevisionId))
    .where(eq(allowlists.id, allowlistId));
  return row;
}

/** Revisions of lists that the caller may read. */
export function listRevisionsByIds(
  db: Db,
  visible: VisibleAllowlists,
  ids: readonly Id<'AllowlistRevision'>[],
): Promise<RevisionRow[]> {
  return db
    .select(getTableColumns(allowlistRevisions))
    .from(allowlistRevisions)
    .innerJoin(allowlists, eq(allowlists.id, allowlistRevisions.allowlistId))
    .where(and(visible.where, inArray(allowlistRevisions.id, [...ids])));
}

export async function insert(tx: Tx, row: AllowlistRow, first: RevisionRow): Promise<void> {
  await tx.insert(allowlists).values(row);
  await tx.insert(allowlistRevisions).values(first);
}

/** Returns the changed list; undefined when it changed since `row` was read. */
export const update = (
  act: Change,
  row: AllowlistRow,
  changes: Partial<AllowlistRow>,
): Promise<AllowlistRow | undefined> => updateAt(act, allowlists, row, changes);

/** Puts a revision in force. Returns the changed list; undefined when it changed since `row` was read. */
export async function publish(
  act: Change,
  row: AllowlistRow,
  revision: RevisionRow,
): Promise<AllowlistRow | undefined> {
  const changed = await update(act, row, { currentRevisionId: revision.id });
  if (changed !== undefined) await act.tx.insert(allowlistRevisions).values(revision);
  return changed;
}

/** Returns false when the list changed since `row` was read. */
export const remove = (tx: Tx, row: AllowlistRow): Promise<boolean> => removeAt(tx, allowlists, row);

export async function countFollowers(db: Db, allowlistId: Id<'Allowlist'>): Promise<number> {
  const [found] = await db
    .select({ agents: count() })
    .from(attestationRecords)
    .where(eq(attestationRecords.allowlistId, allowlistId));
  return found?.agents ?? 0;
}

/** Names of the agents that are bound to a list and that the caller may read. */
export async function followerNames(
  db: Db,
  visible: Visible<typeof agents>,
  allowlistId: Id<'Allowlist'>,
  limit: number,
): Promise<string[]> {
  const rows = await db
    .select({ name: agents.name })
    .from(agents)
    .innerJoin(attestationRecords, eq(attestationRecords.agentId, agents.id))
    .where(and(visible.where, eq(attestationRecords.allowlistId, allowlistId)))
    .orderBy(asc(agents.name))
    .limit(limit);
  return rows.map((row) => row.name);
}
