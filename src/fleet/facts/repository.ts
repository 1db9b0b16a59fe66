import { and, eq, inArray, isNotNull } from 'drizzle-orm';
import type { Db, Tx } from '../../db/open.js';
import { rowsOf } from '../../db/rows.js';
import type { Id } from '../../platform/ids.js';
import { type Clause, clause } from '../../platform/sql/clause.js';
import { nodes } from '../nodes/tables.js';
import { type FactsRow, nodeFacts } from './tables.js';
import type { Facts } from './valid.js';

export async function insertFacts(tx: Tx, nodeId: Id<'Node'>): Promise<void> {
  await tx.insert(nodeFacts).values({ nodeId });
}

/** Forgets what a machine reported. */
export async function resetFacts(tx: Tx, nodeId: Id<'Node'>): Promise<void> {
  await tx.delete(nodeFacts).where(eq(nodeFacts.nodeId, nodeId));
  await insertFacts(tx, nodeId);
}

/** Of those nodes that reported. */
export async function listByNodes(db: Db, ids: readonly Id<'Node'>[]): Promise<Map<Id<'Node'>, FactsRow>> {
  const rows = await db
    .select()
    .from(nodeFacts)
    .where(and(inArray(nodeFacts.nodeId, [...ids]), isNotNull(nodeFacts.lastReportedAt)));
  return new Map(rows.map((row) => [row.nodeId, row]));
}

const becomes = (facts: Facts, now: Date): Clause =>
  clause`"os" = ${facts.os}, "kernel" = ${facts.kernel}, "architecture" = ${facts.architecture},
    "cpus" = ${facts.cpus}, "memory_bytes" = ${facts.memoryBytes}, "disk_bytes" = ${facts.diskBytes},
    "addresses" = ${JSON.stringify(facts.addresses)}::jsonb, "labels" = ${JSON.stringify(facts.labels)}::jsonb,
    "booted_at" = ${facts.bootedAt}, "agent_version" = ${facts.agentVersion}, "last_reported_at" = ${now}::timestamptz`;

/** Stores the facts of the node that meets a condition, unless somebody holds them; false when nothing was written. */
export async function storeAtOnce(db: Db, isNode: Clause, facts: Facts, now: Date): Promise<boolean> {
  const written = await rowsOf(
    db,
    clause`with own as (
        select ${nodeFacts.nodeId} as id from ${nodes} join ${nodeFacts} on ${nodeFacts.nodeId} = ${nodes.id}
        where ${isNode} for update of ${nodeFacts} skip locked
      )
      update ${nodeFacts} set ${becomes(facts, now)} from own where ${nodeFacts.nodeId} = own.id returning own.id`,
  );
  return written.length > 0;
}

export async function store(tx: Tx, nodeId: Id<'Node'>, facts: Facts, now: Date): Promise<void> {
  await rowsOf(tx, clause`update ${nodeFacts} set ${becomes(facts, now)} where ${nodeFacts.nodeId} = ${nodeId}`);
}
