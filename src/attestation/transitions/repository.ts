import { and, desc, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Values } from '../../db/among.js';
import { among } from '../../db/among.js';
import { isBelow } from '../../db/by-id.js';
import { countUpTo } from '../../db/counted.js';
import { insertRows } from '../../db/insert-rows.js';
import type { Db, Tx } from '../../db/open.js';
import { rowFrom, rowsOf } from '../../db/rows.js';
import { OBJECT_ID, pagesBelow } from '../../db/rows-below.js';
import { agents, trustColumns } from '../../identity/agents/index.js';
import type { Id } from '../../platform/ids.js';
import { type Connection, type PageArgs, pageRequest } from '../../platform/pagination.js';
import type { Visible } from '../../platform/policy/index.js';
import { clause, every } from '../../platform/sql/clause.js';
import type { AgentState } from '../verifier/index.js';
import { type TransitionRow, trustTransitions as transitions } from './tables.js';

export const insert = (tx: Tx, rows: readonly TransitionRow[]): Promise<void> => insertRows(tx, transitions, rows);

type VisibleRows = Visible<typeof transitions>;

/** A change of state, and when the state ended that it began; null while it lasts. */
export interface Period extends TransitionRow {
  readonly endedAt: Date | null;
}

/** The next change of the same agent. */
const nextAt: SQL = sql`(select next.occurred_at from ${transitions} next
  where next.agent_id = ${transitions.agentId} and next.id > ${transitions.id} order by next.id limit 1)`;

/** Trust that ran out, while no job has stored that yet. */
const ranOutAt = (now: Date): SQL => sql`(select ${trustColumns.trustedUntil} from ${agents}
  where ${agents.id} = ${transitions.agentId} and ${transitions.toState} = 'TRUSTED'
    and ${trustColumns.trustState} = 'TRUSTED' and ${trustColumns.trustedUntil} <= ${now.toISOString()}::timestamptz)`;

/** Pages of the states of some agents, the latest first: ids begin with the time when they were stored. */
export function listPeriods(
  db: Db,
  visible: VisibleRows,
  ids: readonly Id<'Agent'>[],
  { now, ...args }: PageArgs & { readonly now: Date },
): Promise<ReadonlyMap<Id<'Agent'>, Connection<Period>>> {
  const page = pageRequest(args, '-id');
  const { id, agentId } = transitions;
  const columns = sql.join(Object.values(getTableColumns(transitions)), sql`, `);
  // Read by its own index and nothing else: Postgres would look for its domain's changes too, which are many.
  const ofAgent = sql`(select * from ${transitions} where ${and(eq(agentId, OBJECT_ID), isBelow(id, page))}
    order by ${desc(id)} offset 0) as ${transitions}`;
  return pagesBelow(db, ids, {
    page,
    some: sql`select ${columns}, coalesce(${nextAt}, ${ranOutAt(now)}) as ended_at from ${ofAgent}
      where ${visible.where} order by ${desc(id)} limit ${page.first + 1}`,
    rowFrom: (json) => {
      const endedAt = json.ended_at == null ? null : new Date(String(json.ended_at));
      return { ...rowFrom(transitions, json), endedAt };
    },
    keysOf: (row) => [row.id],
    count: (agent) => countUpTo(db, transitions, and(eq(agentId, agent), visible.where)),
  });
}

/** Changes of a time, of which the latest are counted, at most so many. */
interface Counting {
  readonly since: Date;
  readonly until: Date;
  readonly buckets: number;
  readonly projectIds: Values<Id<'Project'>>;
  readonly limit: number;
}

/** How often agents came into a state in a part of the time, which parts number. */
interface Change {
  readonly bucket: number;
  readonly to: AgentState;
  readonly found: number;
}

export function countChanges(db: Db, visible: VisibleRows, counting: Counting): Promise<readonly Change[]> {
  const { since, until, buckets, projectIds, limit } = counting;
  const { occurredAt, toState, projectId } = transitions;
  const isWithin = clause`${occurredAt} >= ${since}::timestamptz and ${occurredAt} < ${until}::timestamptz`;
  const where = every([visible.clause, among(projectId, projectIds), isWithin]) ?? isWithin;
  const seconds = (time: Date) => time.getTime() / 1000;
  return rowsOf<Change>(
    db,
    clause`select width_bucket(extract(epoch from at)::float8, ${seconds(since)}::float8, ${seconds(until)}::float8,
        ${buckets}::int) - 1 as bucket, state as "to", count(*)::int as found
      from (select ${occurredAt} as at, ${toState} as state from ${transitions} where ${where}
        order by ${occurredAt} desc limit ${limit}) counted
      group by 1, 2 order by 1, 2`,
  );
}
