import { and, asc, eq, gt, inArray, type SQL } from 'drizzle-orm';
import { among, type Values } from '../../db/among.js';
import type { Db, Tx } from '../../db/open.js';
import type { PageRequest } from '../../platform/pagination.js';
import type { Visible } from '../../platform/policy/index.js';
import { type DomainRow, domains } from './tables.js';

export interface DomainFilter {
  readonly names?: Values;
}

export async function findById(db: Db, id: string): Promise<DomainRow | undefined> {
  const [row] = await db
    .select()
    .from(domains)
    .where(inArray(domains.id, [id]));
  return row;
}

export function listByIds(db: Db, visible: Visible<typeof domains>, ids: readonly string[]): Promise<DomainRow[]> {
  return db
    .select()
    .from(domains)
    .where(and(visible.where, inArray(domains.id, [...ids])));
}

export function list(
  db: Db,
  visible: Visible<typeof domains>,
  filter: DomainFilter,
  page: PageRequest,
): Promise<DomainRow[]> {
  const where = [visible.where, among(domains.name, filter.names)];
  const after = page.after?.[0];
  if (after !== undefined) where.push(gt(domains.id, after));
  return db
    .select()
    .from(domains)
    .where(and(...where))
    .orderBy(asc(domains.id))
    .limit(page.first + 1);
}

export async function insert(tx: Tx, row: DomainRow): Promise<void> {
  await tx.insert(domains).values(row);
}

/** The domain as changed; undefined when it is no longer as `row` has it. */
export async function update(tx: Tx, row: DomainRow, changes: Partial<DomainRow>): Promise<DomainRow | undefined> {
  const [changed] = await tx
    .update(domains)
    .set({ ...changes, version: row.version + 1 })
    .where(isStill(row))
    .returning();
  return changed;
}

/** False when the domain is no longer as `row` has it. */
export async function remove(tx: Tx, row: DomainRow): Promise<boolean> {
  return (await tx.delete(domains).where(isStill(row)).returning({ id: domains.id })).length > 0;
}

const isStill = ({ id, version }: DomainRow): SQL | undefined => and(eq(domains.id, id), eq(domains.version, version));
