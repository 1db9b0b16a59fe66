import { and, asc, eq, inArray } from 'drizzle-orm';
import { insertRows } from '../../db/insert-rows.js';
import type { Db, Tx } from '../../db/open.js';
import type { Id } from '../../platform/ids.js';
import { nodeFacts } from '../facts/tables.js';
import { type Label, nodeLabels } from './tables.js';

/** The labels of nodes by node, each in the order of their keys: those that people and the server set. */
export async function listByNodes(db: Db, ids: readonly Id<'Node'>[]): Promise<Map<Id<'Node'>, Label[]>> {
  const rows = await db
    .select()
    .from(nodeLabels)
    .where(inArray(nodeLabels.nodeId, [...ids]))
    .orderBy(asc(nodeLabels.nodeId), asc(nodeLabels.key));
  const found = new Map<Id<'Node'>, Label[]>(ids.map((id) => [id, []]));
  for (const { nodeId, key, value } of rows) found.get(nodeId)?.push({ key, value });
  return found;
}

/** The same with those that machines report, whose namespace comes after the others. */
export async function listAllByNodes(db: Db, ids: readonly Id<'Node'>[]): Promise<Map<Id<'Node'>, Label[]>> {
  const { nodeId, labels } = nodeFacts;
  const [found, facts] = await Promise.all([
    listByNodes(db, ids),
    db
      .select({ nodeId, labels })
      .from(nodeFacts)
      .where(inArray(nodeId, [...ids])),
  ]);
  for (const one of facts) found.get(one.nodeId)?.push(...one.labels);
  return found;
}

export async function insertLabels(tx: Tx, nodeId: Id<'Node'>, labels: readonly Label[]): Promise<void> {
  await insertRows(
    tx,
    nodeLabels,
    labels.map(({ key, value }) => ({ nodeId, key, value })),
  );
}

/** Sets labels, whatever value a node had for these keys. */
export async function replaceLabels(tx: Tx, nodeId: Id<'Node'>, labels: readonly Label[]): Promise<void> {
  await removeLabels(
    tx,
    nodeId,
    labels.map(({ key }) => key),
  );
  await insertLabels(tx, nodeId, labels);
}

export async function removeLabels(tx: Tx, nodeId: Id<'Node'>, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await tx.delete(nodeLabels).where(and(eq(nodeLabels.nodeId, nodeId), inArray(nodeLabels.key, [...keys])));
}
