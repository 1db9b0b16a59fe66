import { sql } from 'drizzle-orm';
import type { Services, Sweep, SweepRound } from '../../authority/index.js';
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
  removeSome: async (services, round) => {
    for (let agents = await nextAgents(services.db, round); ; agents = await nextAgents(services.db, round)) {
      if (agents.length === 0) return 0;
      const removed = await removeOf(services, agents);
      // Those of which there may be more have another turn.
      if (removed === 0) round.after = agents.at(-1);
      else return removed;
    }
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

async function removeOf({ db, clock, settings }: Services, agents: readonly Id<'Agent'>[]): Promise<number> {
  const tooOld = lowestId('AttestationResult', new Date(clock.now().getTime() - settings.resultRetentionMs));
  const removed = await rowsOf(
    db,
    sql`delete from ${attestationResults} where id in (
      select gone.id from unnest(${sql.param([...agents])}::text[]) as agent (id), lateral (
        select old.id from ${attestationResults} old
        where old.agent_id = agent.id
          and old.id < greatest(${tooOld}, (
            select id from ${attestationResults} where agent_id = agent.id
            order by id desc offset ${settings.resultsPerAgent - 1} limit 1))
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
