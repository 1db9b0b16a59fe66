import { and, asc, eq, gt, inArray } from 'drizzle-orm';
import { TRUST_CHANGED } from '../../attestation/records/index.js';
import { type Chore, type ChoreAct, chore } from '../../authority/index.js';
import type { Tx } from '../../db/open.js';
import { events } from '../../events/index.js';
import type { AgentState } from '../../generated/graphql.js';
import { type Id, toId } from '../../platform/ids.js';
import { nodeLeases } from '../leases/tables.js';
import { NODE_CHANGED } from './feed.js';
import { attestedStatus } from './judge.js';
import { nodeTrustTold } from './tables.js';

const AT_ONCE = 500;
const ONLY = 1;

/**
 * Tells of nodes what the event log tells of their agents. Attestation knows no more of a node than its id, so this follows
 * its events, each once, in their order.
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
  const trusted: Id<'Node'>[] = [];
  for (const { details } of news) {
    if (typeof details.nodeId !== 'string') continue;
    const nodeId = toId('Node', details.nodeId);
    // An agent that retires leaves its node.
    const trust = details.to === 'RETIRED' ? null : (details.to as AgentState);
    if (trust === 'TRUSTED') trusted.push(nodeId);
    const change = { condition: 'ATTESTED', status: attestedStatus(trust), reason: trust ?? 'NO_AGENT' };
    event({ type: NODE_CHANGED, objectId: nodeId, details: change });
  }
  // Evidence was accepted, so these may be Ready by it.
  if (trusted.length > 0) await tx.update(nodeLeases).set({ dueAt: now }).where(inArray(nodeLeases.nodeId, trusted));
  await tx.update(nodeTrustTold).set({ position: last.position }).where(eq(nodeTrustTold.id, ONLY));
  return news.length;
}

/** Up to where it was told, at first from the beginning; undefined while another server tells. */
async function lockPosition(tx: Tx): Promise<number | undefined> {
  await tx.insert(nodeTrustTold).values({ id: ONLY, position: 0 }).onConflictDoNothing();
  const [row] = await tx.select().from(nodeTrustTold).for('update', { skipLocked: true });
  return row?.position;
}
