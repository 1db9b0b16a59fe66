import { type Context, requireOperation } from '../../authority/index.js';
import { COUNTED_MAX } from '../../db/counted.js';
import { isWanted } from '../../db/in-order.js';
import { rowsOf } from '../../db/rows.js';
import { agentGet, agents, trustStateAt } from '../../identity/agents/index.js';
import { clause } from '../../platform/sql/clause.js';
import { AGENT_STATES, type AgentState } from '../verifier/index.js';
import { type AgentFilter, filterBy } from './list.js';
import { withRecords } from './page.js';

/** How many agents are in each state at a moment. */
export interface AgentCounts {
  readonly byState: readonly { readonly state: AgentState; readonly count: number }[];
  readonly total: number;
  /** Whether all were counted. */
  readonly isComplete: boolean;
}

/** Counts the agents that the caller may read by their state in effect now, as `Query.agents` would list them. */
export async function countAgents(context: Context, filter: AgentFilter): Promise<AgentCounts> {
  requireOperation(context, agentGet.name);
  const { policies, actor, db, clock } = context;
  const now = clock.now();
  const visible = policies.visible([agentGet], actor, agents);
  const where = isWanted({ visible, ...filterBy(filter, now) }) ?? clause`true`;
  const some = clause`select ${trustStateAt(now)} as state from ${withRecords} where ${where} limit ${COUNTED_MAX + 1}`;
  const rows = await rowsOf<{ state: string; found: number }>(
    db,
    clause`select state, count(*)::int as found from (${some}) counted group by state`,
  );
  const found = new Map(rows.map((row) => [row.state, row.found]));
  const byState = AGENT_STATES.map((state) => ({ state, count: found.get(state) ?? 0 }));
  const total = byState.reduce((sum, { count }) => sum + count, 0);
  return { byState, total, isComplete: total <= COUNTED_MAX };
}
