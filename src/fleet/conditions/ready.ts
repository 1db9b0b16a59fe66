import { eq, inArray, lte } from 'drizzle-orm';
import { attestationRecords } from '../../attestation/records/index.js';
import { type Chore, type ChoreAct, chore } from '../../authority/index.js';
import { COUNTED_MAX, countUpTo } from '../../db/counted.js';
import type { Tx } from '../../db/open.js';
import { rowsOf } from '../../db/rows.js';
import { agents, trustAt } from '../../identity/agents/index.js';
import type { Id } from '../../platform/ids.js';
import { clause } from '../../platform/sql/clause.js';
import { nodeLeases } from '../leases/tables.js';
import { nodes } from '../nodes/tables.js';
import { NODE_CHANGED } from './feed.js';
import { readiness, readyReason } from './judge.js';

const AT_ONCE = 500;

/**
 * Stores whether nodes are Ready, and tells it. Readers of the condition compute it and do not need this; filters and
 * subscribers do. Nodes whose lease was renewed since they were last looked at are looked at when it ends.
 */
export const nodeReadiness: Chore = {
  name: 'nodes that are Ready, or no longer',
  intervalMs: ({ nodeConditionIntervalMs }) => nodeConditionIntervalMs,
  async doSome(services) {
    const looked = await chore(services, (act) => lookAtSome(act, services.settings.leaseIntervalMs));
    if (looked < AT_ONCE) lost = (await countUpTo(services.db, nodes, isLost)) ?? COUNTED_MAX;
    return looked;
  },
};

/** Nodes that were Ready once, and are no longer. */
const isLost = clause`not ${nodes.isReady} and ${nodes.readyChangedAt} is not null`;
let lost = 0;

/** How many nodes are no longer Ready, as this process last counted them; at most 10,000. */
export const nodesLost = (): number => lost;

async function lookAtSome(act: ChoreAct, leaseIntervalMs: number): Promise<number> {
  const { tx, now, event } = act;
  const due = await dueAt(tx, now);
  const looked = due.map((node) => ({ node, ...readiness(node, now, leaseIntervalMs) }));
  const changed = looked.filter(({ node, isReady }) => node.isReady !== isReady);
  await postpone(
    tx,
    looked.map(({ node, until, isReady }) => {
      // Evidence of a trusted agent may make it Ready, and tells nobody.
      const mayReturn = node.leaseHolderId === null && node.trust === 'TRUSTED';
      const later = mayReturn ? new Date(now.getTime() + leaseIntervalMs) : null;
      return { id: node.id, dueAt: isReady ? until : later };
    }),
  );
  for (const isReady of [true, false]) {
    const since = changed.filter((one) => one.isReady === isReady);
    await store(
      tx,
      isReady,
      since.map(({ node, renewedAt, until }) => ({ id: node.id, at: (isReady ? renewedAt : until) ?? now })),
    );
  }
  for (const { node, isReady, renewedAt } of changed) {
    const details = {
      condition: 'READY',
      status: isReady ? 'TRUE' : 'FALSE',
      reason: readyReason(renewedAt, isReady),
    };
    event({ type: NODE_CHANGED, objectId: node.id, details });
  }
  return due.length;
}

/** Locks some nodes of which it is time to look; those that others hold come later. */
async function dueAt(tx: Tx, now: Date) {
  const due = await tx
    .select({
      id: nodes.id,
      isReady: nodes.isReady,
      leaseHolderId: nodes.leaseHolderId,
      renewedAt: nodeLeases.renewedAt,
    })
    .from(nodeLeases)
    .innerJoin(nodes, eq(nodes.id, nodeLeases.nodeId))
    .where(lte(nodeLeases.dueAt, now))
    .limit(AT_ONCE)
    .for('no key update', { of: [nodeLeases, nodes], skipLocked: true });
  const ids = due.map(({ id }) => id);
  const found = await evidenceOf(tx, ids);
  return due.map((node) => {
    const { trustState, trustedUntil, lastAcceptedAt = null } = found.get(node.id) ?? {};
    const trust = trustState === undefined ? null : trustAt(trustState, trustedUntil ?? null, now);
    return { ...node, lastAcceptedAt, trust };
  });
}

async function evidenceOf(tx: Tx, ids: readonly Id<'Node'>[]) {
  const rows = await tx
    .select({
      nodeId: agents.nodeId,
      trustState: agents.trustState,
      trustedUntil: agents.trustedUntil,
      lastAcceptedAt: attestationRecords.lastAcceptedAt,
    })
    .from(agents)
    .leftJoin(attestationRecords, eq(attestationRecords.agentId, agents.id))
    .where(inArray(agents.nodeId, [...ids]));
  return new Map(rows.map((row) => [row.nodeId, row]));
}

async function postpone(tx: Tx, looked: readonly { id: Id<'Node'>; dueAt: Date | null }[]): Promise<void> {
  if (looked.length === 0) return;
  const given = JSON.stringify(looked);
  await rowsOf(
    tx,
    clause`update ${nodeLeases} set "due_at" = given."dueAt" from json_to_recordset(${given}::json)
      as given (id text, "dueAt" timestamptz) where ${nodeLeases.nodeId} = given.id`,
  );
}

/** Neither the version nor the time of the last change moves: this is no change of operators. */
async function store(tx: Tx, isReady: boolean, changed: readonly { id: Id<'Node'>; at: Date }[]): Promise<void> {
  if (changed.length === 0) return;
  const given = JSON.stringify(changed);
  await rowsOf(
    tx,
    clause`update ${nodes} set "is_ready" = ${isReady}, "ready_changed_at" = given.at
      from json_to_recordset(${given}::json) as given (id text, at timestamptz) where ${nodes.id} = given.id`,
  );
}
