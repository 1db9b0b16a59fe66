import { holdOwner } from '../../db/hold-owner.js';
import type { Tx } from '../../db/open.js';
import { rowsOf } from '../../db/rows.js';
import { clause } from '../../platform/sql/clause.js';
import { type NodeRow, nodes } from '../nodes/tables.js';

/** Whether there are so many nodes already. Holds their number until the transaction ends. */
export async function areAsMany(tx: Tx, max: number): Promise<boolean> {
  await holdOwner(tx, nodes.id, null);
  return (await rowsOf(tx, clause`select 1 from ${nodes} offset ${max - 1} limit 1`)).length > 0;
}

export async function insert(tx: Tx, row: NodeRow): Promise<void> {
  await tx.insert(nodes).values(row);
}
