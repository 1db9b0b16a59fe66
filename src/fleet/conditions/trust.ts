import { and, asc, eq, gt, inArray, sql } from 'drizzle-orm';
import { TRUST_CHANGED } from '../../attestation/records/index.js';
import { type Chore, type ChoreAct, chore } from '../../authority/index.js';
import type { Tx } from '../../db/open.js';
import { type EventRow, events } from '../../events/index.js';
import type { AgentState } from '../../generated/graphql.js';
import { agents } from '../../identity/agents/index.js';
import { type Id, toId } from '../../platform/ids.js';
import { nodeLeases } from '../leases/tables.js';
import { NODE_CHANGED } from './feed.js';
import { attestedStatus } from './judge.js';
import { nodeTrustTold } from './tables.js';

const AT_ONCE = 500;
const ONLY = 1;

/**
 * Tells of nodes what the event log tells of their agents. Attestation knows nothing of nodes, so this follows its events,
 * each once, in their order.
 */
export const nodeTrust: Chore = {
  name: 'trust of nodes',
  intervalMs: ({ nodeConditionIntervalMs }) => nodeConditionIntervalMs,
  doSome: (services) => chore(services, tellSome),
};

async function tellSome(act: ChoreAct): Promise<number> {
  const { tx, event, now } = act;
  const after = await lockPosition(tx);
  if (after === undefined) return 0;
  const news = await tx
    .select()
    .from(events)
    .where(and(eq(events.type, TRUST_CHANGED), gt(events.position, after)))
    .orderBy(asc(events.position))
    .limit(AT_ONCE);
  const last = news.at(-1);
  if (last === undefined) return 0;
  const nodeOf = await nodesOf(tx, news);
  const trusted: Id<'Node'>[] = [];
  for (const { objectId, details } of news) {
    const nodeId = nodeOf.get(objectId);
    if (nodeId === undefined) continue;
    const trust = details.to as AgentState;
    if (trust === 'TRUSTED') trusted.push(nodeId);
    event({
      type: NODE_CHANGED,
      objectId: nodeId,
      details: { condition: 'ATTESTED', status: attestedStatus(trust), reason: trust },
    });
  }
  // Evidence was accepted, so these may be Ready by it.
  if (trusted.length > 0) await tx.update(nodeLeases).set({ dueAt: now }).where(inArray(nodeLeases.nodeId, trusted));
  await tx.update(nodeTrustTold).set({ position: last.position }).where(eq(nodeTrustTold.id, ONLY));
  return news.length;
}

/** Up to where it was told, at first up to the newest event; undefined while another server tells. */
async function lockPosition(tx: Tx): Promise<number | undefined> {
  const newest = sql<number>`(select coalesce(max(${events.position}), 0) from ${events})`;
  await tx.insert(nodeTrustTold).values({ id: ONLY, position: newest }).onConflictDoNothing();
  const [row] = await tx.select().from(nodeTrustTold).for('update', { skipLocked: true });
  return row?.position;
}

/** The nodes of the agents of events, by the agents' ids. */
async function nodesOf(tx: Tx, news: readonly EventRow[]): Promise<ReadonlyMap<string, Id<'Node'>>> {
  const ids = [...new Set(news.map(({ objectId }) => toId('Agent', objectId)))];
  const rows = await tx.select({ id: agents.id, nodeId: agents.nodeId }).from(agents).where(inArray(agents.id, ids));
  return new Map(rows.flatMap(({ id, nodeId }) => (nodeId === null ? [] : [[id, nodeId] as const])));
}
