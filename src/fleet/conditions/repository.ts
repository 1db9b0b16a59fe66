import { eq, inArray, sql } from 'drizzle-orm';
import { attestationRecords } from '../../attestation/records/index.js';
import { attestationResults } from '../../attestation/results/index.js';
import { trustTransitions } from '../../attestation/transitions/index.js';
import type { Db } from '../../db/open.js';
import type { AgentState } from '../../generated/graphql.js';
import { agents, trustAt } from '../../identity/agents/index.js';
import type { Id } from '../../platform/ids.js';
import { nodeLeases } from '../leases/tables.js';
import { nodes } from '../nodes/tables.js';
import type { Observed } from './judge.js';

/** Walks the results of one agent from the newest on, of which retention leaves a bounded number. */
const codes = sql<string[] | null>`case when ${agents.trustState} <> 'TRUSTED' or ${agents.trustedUntil} is null then (
  select json_agg(distinct failure ->> 'code') from jsonb_array_elements((
    select ${attestationResults.failures} from ${attestationResults}
    where ${attestationResults.agentId} = ${agents.id} and ${attestationResults.verdict} = 'REJECTED'
    order by ${attestationResults.id} desc limit 1
  )) failure) end`;

const changedAt = sql<Date | null>`(select ${trustTransitions.occurredAt} from ${trustTransitions}
  where ${trustTransitions.agentId} = ${agents.id} order by ${trustTransitions.id} desc limit 1)`.mapWith(
  trustTransitions.occurredAt,
);

/** What is known of nodes at a moment. */
export async function observed(db: Db, ids: readonly Id<'Node'>[], now: Date): Promise<Map<Id<'Node'>, Observed>> {
  const rows = await db
    .select({
      id: nodes.id,
      isReady: nodes.isReady,
      readyChangedAt: nodes.readyChangedAt,
      leaseHolderId: nodes.leaseHolderId,
      renewedAt: nodeLeases.renewedAt,
      lastAcceptedAt: attestationRecords.lastAcceptedAt,
      trustState: agents.trustState,
      trustedUntil: agents.trustedUntil,
      changedAt,
      failureCodes: codes,
    })
    .from(nodes)
    .leftJoin(nodeLeases, eq(nodeLeases.nodeId, nodes.id))
    .leftJoin(agents, eq(agents.nodeId, nodes.id))
    .leftJoin(attestationRecords, eq(attestationRecords.agentId, agents.id))
    .where(inArray(nodes.id, [...ids]));
  return new Map(
    rows.map(({ id, trustState, trustedUntil, changedAt, ...row }) => {
      const trust = trustState === null ? null : (trustAt(trustState, trustedUntil, now) as AgentState);
      const ranOut = trust === 'STALE' && trustState === 'TRUSTED';
      return [id, { ...row, trust, trustChangedAt: ranOut ? trustedUntil : changedAt }];
    }),
  );
}
