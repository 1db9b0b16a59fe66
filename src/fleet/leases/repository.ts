import { eq } from 'drizzle-orm';
import type { Db, Tx } from '../../db/open.js';
import { rowsOf } from '../../db/rows.js';
import type { Id } from '../../platform/ids.js';
import { type Clause, clause } from '../../platform/sql/clause.js';
import { nodes } from '../nodes/tables.js';
import { nodeLeases } from './tables.js';

export async function insertLease(tx: Tx, nodeId: Id<'Node'>): Promise<void> {
  await tx.insert(nodeLeases).values({ nodeId });
}

/** Forgets that a lease was ever renewed, and looks at the node at once. */
export async function resetLease(tx: Tx, nodeId: Id<'Node'>, now: Date): Promise<void> {
  await tx.update(nodeLeases).set({ renewedAt: null, dueAt: now }).where(eq(nodeLeases.nodeId, nodeId));
}

/** A node whose lease nobody looks after is looked at now; of any other, only what no index has changes. */
const renewal = (now: Date): Clause =>
  clause`"renewed_at" = greatest(${nodeLeases.renewedAt}, ${now}::timestamptz),
    "due_at" = coalesce(${nodeLeases.dueAt}, ${now}::timestamptz)`;

/** Renews the lease of the node that meets a condition, unless somebody holds it; false when nothing was written. */
export async function renewAtOnce(db: Db, isNode: Clause, now: Date): Promise<boolean> {
  const written = await rowsOf(
    db,
    clause`with own as (
        select ${nodeLeases.nodeId} as id from ${nodes} join ${nodeLeases} on ${nodeLeases.nodeId} = ${nodes.id}
        where ${isNode} for update of ${nodeLeases} skip locked
      )
      update ${nodeLeases} set ${renewal(now)} from own where ${nodeLeases.nodeId} = own.id returning own.id`,
  );
  return written.length > 0;
}

export async function renew(tx: Tx, nodeId: Id<'Node'>, now: Date): Promise<void> {
  await rowsOf(tx, clause`update ${nodeLeases} set ${renewal(now)} where ${nodeLeases.nodeId} = ${nodeId}`);
}

/** Looks at a node again at the next round of the chore. */
export async function lookAgain(tx: Tx, nodeId: Id<'Node'>, now: Date): Promise<void> {
  await tx.update(nodeLeases).set({ dueAt: now }).where(eq(nodeLeases.nodeId, nodeId));
}
