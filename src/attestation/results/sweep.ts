import { sql } from 'drizzle-orm';
import type { Sweep, SweepRound } from '../../authority/index.js';
import type { Db } from '../../db/open.js';
import { rowsOf } from '../../db/rows.js';
import { type Id, lowestId } from '../../platform/ids.js';
import { attestationRecords } from '../records/tables.js';
import { attestationResults } from './tables.js';

const AGENTS_AT_ONCE = 200;
const OF_AGENT_AT_ONCE = 25;

/**
 * Removes results that are too old, or beyond the number that an agent keeps, agent by agent. The newest result of each
 * verdict stays, so that an operator always sees what was accepted last and why something was rejected last.
 */
export const resultSweep: Sweep = {
  name: 'attestation results',
  removes: [attestationResults],
  removeSome: async ({ db, clock, settings: { resultRetentionMs, resultsPerAgent } }, round) => {
    const kept = { since: new Date(clock.now().getTime() - resultRetentionMs), perAgent: resultsPerAgent };
    for (let agents = await nextAgents(db, round); agents.length > 0; agents = await nextAgents(db, round)) {
      const removed = await removeOf(db, agents, kept);
      // Agents of which there may be more have another turn.
      if (removed > 0) return removed;
      round.after = agents.at(-1);
    }
    return 0;
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
  const ids = sql.join(
    agents.map((id) => sql`${id}`),
    sql`, `,
  );
  const removed = await rowsOf(
    db,
    sql`delete from ${attestationResults} where id in (
      select gone.id from unnest(array[${ids}]::text[]) as agent (id), lateral (
        select old.id from ${attestationResults} old
        where old.agent_id = agent.id
          and old.id < greatest(${lowestId('AttestationResult', since)}, (
            select id from ${attestationResults} where agent_id = agent.id
            order by id desc offset ${perAgent - 1} limit 1))
          and exists (
            select from ${attestationResults} newer
            where newer.agent_id = agent.id and newer.id > old.id and newer.verdict = old.verdict)
        order by old.id limit ${OF_AGENT_AT_ONCE}
        for update of old skip locked
      ) gone
    ) returning id`,
  );
  return removed.length;
}
