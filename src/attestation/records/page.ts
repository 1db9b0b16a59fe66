import { and, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/open.js';
import { rowsOf } from '../../db/rows.js';
import { agents } from '../../identity/agents/index.js';
import type { Visible } from '../../platform/policy/index.js';
import { type AllowlistRow, allowlists } from '../allowlists/index.js';
import { type Severity, trustAt } from '../verifier/index.js';
import { attestationRecords as records } from './tables.js';
import { type AgentShape, knownState, shownSeverity } from './views.js';

export interface AgentPage {
  readonly visible: Visible<typeof agents>;
  readonly where: SQL | undefined;
  readonly order: readonly SQL[];
  readonly limit: number;
  /** The lists that the caller may read, when those that the agents are bound to are asked for. */
  readonly visibleLists: Visible<typeof allowlists> | null;
}

/** A row as the engine gives it: the agent's columns, and those of its list with `list_` before them. */
type Row = Readonly<Record<string, unknown>> & {
  readonly trust_state: string;
  readonly list_id: string | null;
};

const AGENT_COLUMNS = sql`${agents.id}, ${agents.kind}, ${agents.name}, ${agents.externalId}, ${agents.createdAt},
  ${agents.domainId}, ${agents.projectId}, ${agents.trustState}, ${agents.trustedUntil}, ${records.tpmKind},
  ${records.allowlistId}, ${records.acceptedCount}, ${records.rejectedCount}, ${records.firstAcceptedAt},
  ${records.lastAcceptedAt}, ${records.lastRejectedAt}, ${records.lastSeverity}, ${records.lastResultId}`;

const LIST_COLUMNS = sql`, ${sql.join(
  Object.values(getTableColumns(allowlists)).map(
    (column) => sql`${column} as ${sql.identifier(`list_${column.name}`)}`,
  ),
  sql`, `,
)}`;

/**
 * A page of agents, in one statement, which is read as it comes: through the query builder, which gives each column of
 * each row its name and type, it would cost several times what the database takes.
 */
export async function readAgentPage(db: Db, page: AgentPage, now: Date): Promise<AgentShape[]> {
  const { visible, visibleLists, where, order, limit } = page;
  const join = sql` left join ${allowlists} on ${allowlists.id} = ${records.allowlistId} and ${visibleLists?.where}`;
  const rows = await rowsOf<Row>(
    db,
    sql`select ${AGENT_COLUMNS}${visibleLists ? LIST_COLUMNS : sql``} from ${agents}
      inner join ${records} on ${records.agentId} = ${agents.id}${visibleLists ? join : sql``}
      where ${and(visible.where, where)} order by ${sql.join([...order], sql`, `)} limit ${limit}`,
  );
  const lists = new Map<string, AllowlistRow>();
  return rows.map((row) => ({ ...agentOf(row, now), ...(visibleLists && { allowlist: listOf(row, lists) }) }));
}

const timeOf = (text: unknown) => (text === null ? null : new Date(text as string));

function agentOf(row: Row, now: Date): AgentShape {
  const trustedUntil = timeOf(row.trusted_until);
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    externalId: row.external_id,
    createdAt: timeOf(row.created_at),
    domainId: row.domain_id,
    projectId: row.project_id,
    state: trustAt(knownState(row.trust_state), trustedUntil?.getTime() ?? null, now.getTime()),
    trustedUntil,
    tpmKind: row.tpm_kind,
    allowlistId: row.allowlist_id,
    acceptedCount: row.accepted_count,
    rejectedCount: row.rejected_count,
    firstAcceptedAt: timeOf(row.first_accepted_at),
    lastAcceptedAt: timeOf(row.last_accepted_at),
    lastRejectedAt: timeOf(row.last_rejected_at),
    lastSeverity: shownSeverity(row.last_severity as Severity | null),
    lastResultId: row.last_result_id,
  } as AgentShape;
}

/** Most agents of a page share a few lists, so each list is made once. */
function listOf(row: Row, known: Map<string, AllowlistRow>): AllowlistRow | null {
  if (row.list_id === null) return null;
  const list = known.get(row.list_id) ?? readList(row);
  known.set(list.id, list);
  return list;
}

function readList(row: Row): AllowlistRow {
  const columns = Object.entries(getTableColumns(allowlists)).map(([key, column]) => {
    const value = row[`list_${column.name}`];
    return [key, value === null ? null : column.mapFromDriverValue(value)];
  });
  return Object.fromEntries(columns);
}
