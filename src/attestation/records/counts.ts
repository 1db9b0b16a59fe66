import { type Context, requireOperation } from '../../authority/index.js';
import { type Counted, countedUpTo, EACH_MAX, someOfEach } from '../../db/count-each.js';
import { isWanted } from '../../db/in-order.js';
import { rowsOf } from '../../db/rows.js';
import { agentGet, agents, trustColumns, trustRanOut } from '../../identity/agents/index.js';
import { clause } from '../../platform/sql/clause.js';
import { AGENT_STATES, type AgentState } from '../verifier/index.js';
import { type AgentFilter, filterBy } from './list.js';
import { withRecords } from './page.js';

/** How many agents are in each state at a moment. */
export interface AgentCounts {
  readonly byState: readonly (Counted & { readonly state: AgentState })[];
  /** Of those that are TRUSTED: whose next evidence is late. */
  readonly runningOut: Counted;
  readonly total: number;
  /** Whether all were counted. */
  readonly isComplete: boolean;
}

interface Row {
  readonly key: AgentState;
  readonly found: number;
  readonly ran_out: number;
  readonly late: number;
}

/**
 * Counts the agents that the caller may read by their state in effect now, as `Query.agents` would list them: each stored
 * state by its index, so that a fleet that is trusted hides no agent that failed.
 */
export async function countAgents(context: Context, filter: AgentFilter): Promise<AgentCounts> {
  requireOperation(context, agentGet.name);
  const { policies, actor, db, clock, settings } = context;
  const now = clock.now();
  const visible = policies.visible([agentGet], actor, agents);
  const asked = { visible, ...filterBy(filter, now) };
  const { trustState, trustedUntil } = trustColumns;
  const columns = clause`, ${trustRanOut(now)} as ran_out, ${trustedUntil} as ends`;
  const kinds = AGENT_STATES.map((state) => ({
    key: state,
    from: withRecords,
    where: isWanted({ ...asked, also: [...asked.also, clause`${trustState} = ${state}`] }),
  }));
  // No index has the states of the agents of a list: each state would be looked for among all of them.
  const some =
    filter.allowlistIds == null
      ? someOfEach(kinds, columns)
      : clause`(select ${trustState} as key${columns} from ${withRecords} where ${isWanted(asked) ?? clause`true`}
          limit ${EACH_MAX + 1}) counted`;
  const { attestationIntervalMs, attestationGrace } = settings;
  // Evidence comes each interval; who has less trust left than the other intervals has missed one.
  const late = new Date(now.getTime() + attestationIntervalMs * (attestationGrace - 1));
  const rows = await rowsOf<Row>(
    db,
    clause`select key, count(*)::int as found, count(*) filter (where ran_out)::int as ran_out,
        count(*) filter (where not ran_out and ends < ${late}::timestamptz)::int as late
      from ${some} group by key`,
  );
  return tallied(rows, filter.allowlistIds == null);
}

function tallied(rows: readonly Row[], isEachAlone: boolean): AgentCounts {
  const byKey = new Map(rows.map((row) => [row.key, row]));
  const all = rows.reduce((sum, { found }) => sum + found, 0);
  const countedOf = (state: AgentState) => {
    const found = byKey.get(state)?.found ?? 0;
    return isEachAlone ? countedUpTo(found) : { count: found, isComplete: all <= EACH_MAX };
  };
  const trusted = countedOf('TRUSTED');
  const { ran_out: ranOut = 0, late = 0 } = byKey.get('TRUSTED') ?? {};
  const byState = AGENT_STATES.map((state) => {
    const counted = countedOf(state);
    if (state === 'TRUSTED') return { state, ...counted, count: Math.max(0, counted.count - ranOut) };
    return { state, ...counted, count: counted.count + (state === 'STALE' ? ranOut : 0) };
  });
  return {
    byState,
    runningOut: { count: late, isComplete: trusted.isComplete },
    total: byState.reduce((sum, { count }) => sum + count, 0),
    isComplete: byState.every(({ isComplete }) => isComplete),
  };
}
