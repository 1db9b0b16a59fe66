import { and, inArray } from 'drizzle-orm';
import { holdOwner } from '../../db/hold-owner.js';
import type { Db, Tx } from '../../db/open.js';
import { rowsOf } from '../../db/rows.js';
import type { Id } from '../../platform/ids.js';
import type { Visible } from '../../platform/policy/index.js';
import { clause } from '../../platform/sql/clause.js';
import { type NodeRow, nodes } from './tables.js';

type VisibleNodes = Visible<typeof nodes>;

export function listByIds(db: Db, visible: VisibleNodes, ids: readonly Id<'Node'>[]): Promise<NodeRow[]> {
  return db
    .select()
    .from(nodes)
    .where(and(visible.where, inArray(nodes.id, [...ids])));
}

/** Whether there are so many nodes already. Holds their number until the transaction ends. */
export async function areAsMany(tx: Tx, max: number): Promise<boolean> {
  await holdOwner(tx, nodes.id, null);
  return (await rowsOf(tx, clause`select 1 from ${nodes} offset ${max - 1} limit 1`)).length > 0;
}

export async function insert(tx: Tx, row: NodeRow): Promise<void> {
  await tx.insert(nodes).values(row);
}
