import { and, eq, inArray } from 'drizzle-orm';
import { anyOf } from '../../db/among.js';
import { type Change, removeAt, updateAt } from '../../db/by-id.js';
import { connectionByName, type NamedArgs, type NameFilter, startsWith } from '../../db/by-name.js';
import { holdOwner } from '../../db/hold-owner.js';
import type { Db, Tx } from '../../db/open.js';
import type { Id } from '../../platform/ids.js';
import type { Connection } from '../../platform/pagination.js';
import type { Visible } from '../../platform/policy/index.js';
import { type DomainRow, domains } from './tables.js';

export type DomainFilter = NameFilter;

export async function findById(db: Db, id: Id<'Domain'>): Promise<DomainRow | undefined> {
  const [row] = await db.select().from(domains).where(eq(domains.id, id));
  return row;
}

export function listByIds(
  db: Db,
  visible: Visible<typeof domains>,
  ids: readonly Id<'Domain'>[],
): Promise<DomainRow[]> {
  return db
    .select()
    .from(domains)
    .where(and(visible.where, inArray(domains.id, [...ids])));
}

export function list(
  db: Db,
  visible: Visible<typeof domains>,
  args: NamedArgs<DomainFilter>,
): Promise<Connection<DomainRow>> {
  const { names, nameStartsWith } = args.filter ?? {};
  const filters = [anyOf(domains.name, names)];
  return connectionByName(db, domains, { visible, filters, also: [startsWith(domains.name, nameStartsWith)] }, args);
}

export async function insert(tx: Tx, row: DomainRow): Promise<void> {
  await tx.insert(domains).values(row);
}

/** Returns the changed domain; undefined when the row changed since `row` was read. */
export const update = (act: Change, row: DomainRow, changes: Partial<DomainRow>): Promise<DomainRow | undefined> =>
  updateAt(act, domains, row, changes);

/** Returns false when the row changed since `row` was read. */
export const remove = (tx: Tx, row: DomainRow): Promise<boolean> => removeAt(tx, domains, row);

/** See `holdOwner`. Null is the system. */
export const holdDomain = (tx: Tx, id: Id<'Domain'> | null): Promise<void> => holdOwner(tx, domains.id, id);
