import type { PgColumn } from 'drizzle-orm/pg-core';
import type { AuthorizationContext } from '../../authority/index.js';
import { inOrder, isOnPage, type Part, type Wanted } from '../../db/in-order.js';
import type { Db } from '../../db/open.js';
import { type JsonRow, rowFrom, rowsOf } from '../../db/rows.js';
import { agents } from '../../identity/agents/index.js';
import type { Visible } from '../../platform/policy/index.js';
import { type Clause, clause, name } from '../../platform/sql/clause.js';
import type { IsoTime } from '../../platform/time-text.js';
import { type AllowlistRow, allowlists } from '../allowlists/index.js';
import { type AgentShape, readerOf } from './fields.js';
import { attestationRecords as records } from './tables.js';

const OF_AGENT = clause`${records.agentId} = ${agents.id}`;

/** The agents of any kind, with the records of those that attest, as a FROM clause. */
export const withRecords = clause`${agents} left join ${records} on ${OF_AGENT}`;

/** Where agents are read from. */
export interface Source {
  /** Tables of agents and records, as a FROM clause. */
  readonly from: Clause;
  /**
   * The column with the agent's id in records, where records say which agents are meant: such a page says of both ids
   * where it begins, so that no plan reads either table from its beginning. Null where agents alone say it.
   */
  readonly ofRecord: PgColumn | null;
}

export const everyAgent: Source = { from: withRecords, ofRecord: null };

/**
 * Agents that are bound to lists. A record has the domain and the project of its agent. Saying so of the caller's own lets
 * an index find its agents among all that are bound to a list of the system; saying so of both makes Postgres expect too few.
 */
export function boundAgents({ actor }: AuthorizationContext): Source {
  const isOfProject = actor.where?.type === 'project';
  const [ownerOfRecord, ownerOfAgent] = isOfProject
    ? [records.projectId, agents.projectId]
    : [records.domainId, agents.domainId];
  const from = clause`${agents} inner join ${records} on ${OF_AGENT} and ${ownerOfRecord} = ${ownerOfAgent}`;
  return { from, ofRecord: records.agentId };
}

/** Some agents, in an order. */
export interface SomeAgents {
  readonly source: Source;
  readonly wanted: Wanted & { readonly visible: Visible<typeof agents> };
  readonly part: Part;
}

export interface AgentPage extends SomeAgents {
  /** The lists that the caller may read; null when the agents' lists are not requested. */
  readonly visibleLists: Visible<typeof allowlists> | null;
  /** Names of the requested fields, of `Agent` and possibly of other types. */
  readonly fields: ReadonlySet<string>;
}

/**
 * The statement that reads some columns of some agents.
 *
 * The page is cut before the records are joined: Postgres may join two tables in the order of their ids, and then begins with
 * the first record of all, wherever the page begins.
 */
export function agentsStatement(columns: Clause, { source, wanted, part }: SomeAgents): Clause {
  const order = inOrder(part.columns, part.direction);
  if (source.ofRecord !== null)
    return clause`select ${columns} from ${source.from}
      where ${isOnPage(source.from, wanted, part)} order by ${order} limit ${part.limit}`;
  const page = clause`(select * from ${agents} where ${isOnPage(agents, wanted, part)} order by ${order} limit ${part.limit})`;
  return clause`select ${columns} from ${page} as ${agents} left join ${records} on ${OF_AGENT} order by ${order}`;
}

/**
 * Reads a page of agents in one raw statement, with only the requested columns: all columns, and types from the query
 * builder, would cost several times the database's own time.
 */
export async function readAgentPage(db: Db, page: AgentPage, now: IsoTime): Promise<AgentShape[]> {
  const { part, fields, visibleLists } = page;
  const reader = readerOf(fields);
  const agentsOnly = agentsStatement(reader.columns, page);
  if (visibleLists === null) return (await rowsOf<Row>(db, agentsOnly)).map((row) => reader.read(row, now));
  const keys = part.columns.map((key) => name(key.name));
  const rows = await rowsOf<Row>(
    db,
    clause`${withLists(agentsOnly, visibleLists)} order by ${inOrder(keys, part.direction)}`,
  );
  const lists = new Map<unknown, AllowlistRow>();
  for (const { list } of rows) if (list) lists.set((list as JsonRow).id, rowFrom(allowlists, list as JsonRow));
  for (const row of rows) row.allowlist = lists.get(row.allowlistId) ?? null;
  return rows.map((row) => reader.read(row, now));
}

type Row = Record<string, unknown>;

/** Neighbours mostly share a list, so a row has its list only when it differs from that of the row before. */
function withLists(agentsOnly: Clause, visible: Visible<typeof allowlists>): Clause {
  const isNew = clause`lag(page."allowlistId") over () is distinct from page."allowlistId"`;
  return clause`select page.*, case when ${isNew} then to_json(${allowlists}) end as list from (${agentsOnly}) page
    left join ${allowlists} on ${allowlists.id} = page."allowlistId" and ${visible.clause}`;
}
