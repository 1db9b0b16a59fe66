import { inArray, sql } from 'drizzle-orm';
import type { Sweep, SweepRound } from '../../authority/index.js';
import type { Db } from '../../db/open.js';
import { isOneOf } from '../../db/remove-some.js';
import { rowsOf } from '../../db/rows.js';
import { type Id, lowestId } from '../../platform/ids.js';
import { attestationRecords } from '../records/tables.js';
import { trustTransitions } from '../transitions/tables.js';
import { attestationResults } from './tables.js';

const AGENTS_AT_ONCE = 200;
const OF_AGENT_AT_ONCE = 500;
const SWEPT_AT_ONCE = 1000;

/**
 * Removes results that are too old, or beyond the number that an agent keeps, some agents at a time. What explains the
 * state of an agent stays: the newest result of each verdict, and each that changed the state, as long as the transition
 * is kept. Otherwise a machine could push out with harmless rejections why it failed.
 */
export const resultSweep: Sweep = {
  name: 'attestation results',
  removes: [attestationResults],
  removeSome: async ({ db, clock, settings: { resultRetentionMs, resultsPerAgent } }, round) => {
    const kept = { since: new Date(clock.now().getTime() - resultRetentionMs), perAgent: resultsPerAgent };
    const agents = await nextAgents(db, round);
    const removed = agents.length === 0 ? 0 : await removeOf(db, agents, kept);
    // Where something was removed there may be more.
    if (removed === 0) round.after = agents.at(-1);
    return removed;
  },
};

async function nextAgents(db: Db, { after = '' }: SweepRound): Promise<Id<'Agent'>[]> {
  const { agentId } = attestationRecords;
  const rows = await rowsOf<{ id: Id<'Agent'> }>(
    db,
    sql`select ${agentId} as id from ${attestationRecords} where ${agentId} > ${after}
      order by ${agentId} limit ${AGENTS_AT_ONCE}`,
  );
  return rows.map(({ id }) => id);
}

interface Kept {
  readonly since: Date;
  readonly perAgent: number;
}

async function removeOf(db: Db, agents: readonly Id<'Agent'>[], { since, perAgent }: Kept): Promise<number> {
  // A record has the times of its newest results.
  const { agentId, lastAcceptedAt, lastRejectedAt } = attestationRecords;
  const removed = await rowsOf(
    db,
    sql`delete from ${attestationResults} where ${isOneOf(
      attestationResults.id,
      sql`select gone.id from ${attestationRecords}, lateral (
        select old.id from ${attestationResults} old
        where old.agent_id = ${agentId}
          and old.id < greatest(${lowestId('AttestationResult', since)}, (
            select id from ${attestationResults} where agent_id = ${agentId}
            order by id desc offset ${perAgent - 1} limit 1))
          and old.received_at is distinct from ${lastAcceptedAt}
          and old.received_at is distinct from ${lastRejectedAt}
          and not exists (select from ${trustTransitions} where ${trustTransitions.resultId} = old.id)
        order by old.id limit ${OF_AGENT_AT_ONCE}
        for update of old skip locked
      ) gone
      where ${inArray(agentId, agents)} limit ${SWEPT_AT_ONCE}`,
    )} returning id`,
  );
  return removed.length;
}
