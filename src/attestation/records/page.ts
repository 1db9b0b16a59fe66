import { type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { AuthorizationContext } from '../../authority/index.js';
import { isOnPage, orderBy, type Part, type Wanted } from '../../db/in-order.js';
import type { Db } from '../../db/open.js';
import { type JsonRow, rowFrom, rowsOf } from '../../db/rows.js';
import { agents } from '../../identity/agents/index.js';
import type { Visible } from '../../platform/policy/index.js';
import { type AllowlistRow, allowlists } from '../allowlists/index.js';
import { type AgentShape, readerOf } from './fields.js';
import { attestationRecords as records } from './tables.js';

/** The agents of any kind, with the records of those that attest, as a FROM clause. */
export const withRecords = sql`${agents} left join ${records} on ${records.agentId} = ${agents.id}`;

/**
 * Agents that are bound to lists. A record has the domain and the project of its agent. Saying so of the caller's own lets
 * an index find its agents among all that are bound to a list of the system; saying so of both makes Postgres expect too few.
 */
export function boundAgents({ actor }: AuthorizationContext): SQL {
  const isOfProject = actor.where?.type === 'project';
  const [ofRecord, ofAgent] = isOfProject ? [records.projectId, agents.projectId] : [records.domainId, agents.domainId];
  return sql`${agents} inner join ${records} on ${records.agentId} = ${agents.id} and ${ofRecord} = ${ofAgent}`;
}

/** Some agents, in an order. */
export interface SomeAgents {
  /** The tables of agents and records: `withRecords` or `boundAgents`. */
  readonly from: SQL;
  readonly wanted: Wanted & { readonly visible: Visible<typeof agents> };
  readonly part: Part;
}

export interface AgentPage extends SomeAgents {
  /** The lists that the caller may read, in case the agents' lists are requested. */
  readonly visibleLists: Visible<typeof allowlists>;
  /** Names of the requested fields, of `Agent` and possibly of other types. */
  readonly fields: ReadonlySet<string>;
}

/** The statement that reads some columns of some agents. */
export function agentsStatement(columns: readonly PgColumn[], some: SomeAgents): SQL {
  const { from, wanted, part } = some;
  return sql`select ${sql.join([...columns], sql`, `)} from ${from}
    where ${isOnPage(from, wanted, part)} order by ${orderBy(part.columns, part.direction)} limit ${part.limit}`;
}

/**
 * Reads a page of agents in one raw statement, with only the requested columns: all columns, and types from the query
 * builder, would cost several times the database's own time.
 */
export async function readAgentPage(db: Db, page: AgentPage, now: Date): Promise<AgentShape[]> {
  const { part, fields } = page;
  const reader = readerOf(fields);
  const agentsOnly = agentsStatement(reader.columns, page);
  if (!fields.has('allowlist')) return (await rowsOf<JsonRow>(db, agentsOnly)).map((row) => reader.read(row, now));
  const keys = part.columns.map(({ name }) => sql`${sql.identifier(name)}`);
  const rows = await rowsOf<JsonRow>(db, sql`${withLists(agentsOnly, page)} order by ${orderBy(keys, part.direction)}`);
  const lists = new Map<unknown, AllowlistRow>();
  for (const { list } of rows) if (list) lists.set((list as JsonRow).id, rowFrom(allowlists, list as JsonRow));
  return rows.map((row) => ({ ...reader.read(row, now), allowlist: lists.get(row.allowlist_id) ?? null }));
}

/** Neighbours mostly share a list, so a row has its list only when it differs from that of the row before. */
function withLists(agentsOnly: SQL, { visibleLists }: AgentPage): SQL {
  const isNew = sql`lag(page.allowlist_id) over () is distinct from page.allowlist_id`;
  return sql`select page.*, case when ${isNew} then to_json(${allowlists}) end as list from (${agentsOnly}) page
    left join ${allowlists} on ${allowlists.id} = page.allowlist_id and ${visibleLists.where}`;
}
