import { and, type Column, type SQL, sql } from 'drizzle-orm';
import { type Context, requireOperation } from '../../authority/index.js';
import { among, type Values } from '../../db/among.js';
import { agentGet, agents, trustStateAt } from '../../identity/agents/index.js';
import type { Id } from '../../platform/ids.js';
import {
  type Connection,
  connection,
  type PageArgs,
  type PageRequest,
  pageRequest,
} from '../../platform/pagination.js';
import { allowlistGet, allowlists } from '../allowlists/index.js';
import type { AgentState } from '../verifier/index.js';
import type { AgentShape } from './fields.js';
import { readAgentPage } from './page.js';
import { attestationRecords } from './tables.js';

export interface AgentFilter {
  readonly names?: Values;
  readonly externalIds?: Values;
  readonly states?: readonly AgentState[] | null | undefined;
  readonly allowlistIds?: Values<Id<'Allowlist'>>;
  readonly projectIds?: Values<Id<'Project'>>;
}

export interface AgentOrder {
  readonly field: 'CREATED_AT' | 'NAME';
  readonly direction: 'ASC' | 'DESC';
}

export interface AgentsArgs extends PageArgs {
  readonly filter?: AgentFilter | null | undefined;
  readonly orderBy?: AgentOrder | null | undefined;
}

/**
 * A page of the agents that the caller may read, in one statement for any fields.
 * @param fields Names of the requested fields.
 */
export async function listAgents(
  context: Context,
  args: AgentsArgs,
  fields: ReadonlySet<string>,
): Promise<Connection<AgentShape>> {
  requireOperation(context, agentGet.name);
  const { field, direction } = args.orderBy ?? { field: 'CREATED_AT', direction: 'ASC' };
  const isByName = field === 'NAME';
  const page = pageRequest(args, `${direction === 'DESC' ? '-' : ''}${isByName ? 'name' : 'id'}`, isByName ? 2 : 1);
  // Ids begin with their time, so they sort by creation.
  const columns = isByName ? [agents.name, agents.id] : [agents.id];
  const now = context.clock.now();
  const where = and(...filterBy(args.filter ?? {}, now), after(columns, page, direction));
  const { policies, actor, db } = context;
  const visible = policies.visible([agentGet], actor, agents);
  const visibleLists = policies.visible([allowlistGet], actor, allowlists);
  const wanted = { visible, visibleLists, where, orderBy: columns, direction, limit: page.first + 1, fields };
  const rows = await readAgentPage(db, wanted, now);
  return connection(rows, page, ({ id, name }) => (isByName ? [name, id] : [id]));
}

/** The rows after a cursor, as a row comparison that can use an index. */
function after(columns: readonly Column[], { after: keys }: PageRequest, direction: 'ASC' | 'DESC'): SQL | undefined {
  if (keys === null) return undefined;
  const left = sql.join([...columns], sql`, `);
  const right = sql.join(
    keys.map((key) => sql`${key}::text`),
    sql`, `,
  );
  return direction === 'DESC' ? sql`(${left}) < (${right})` : sql`(${left}) > (${right})`;
}

function filterBy(filter: AgentFilter, now: Date): (SQL | undefined)[] {
  return [
    among(agents.name, filter.names),
    among(agents.externalId, filter.externalIds),
    among(attestationRecords.allowlistId, filter.allowlistIds),
    among(agents.projectId, filter.projectIds),
    among(trustStateAt(now), filter.states),
  ];
}
