import { type Context, requireOperation } from '../../authority/index.js';
import { among, type Values } from '../../db/among.js';
import { hasName, type NamedArgs, type NameFilter, orderedPage } from '../../db/by-name.js';
import { countUpTo } from '../../db/counted.js';
import { agentGet, agents, trustStateAt } from '../../identity/agents/index.js';
import type { Id } from '../../platform/ids.js';
import { type Connection, connection } from '../../platform/pagination.js';
import { type Clause, every } from '../../platform/sql/clause.js';
import { isoOf } from '../../platform/time-text.js';
import { allowlistGet, allowlists } from '../allowlists/index.js';
import type { AgentState } from '../verifier/index.js';
import type { AgentShape } from './fields.js';
import { readAgentPage, withRecords } from './page.js';
import { attestationRecords } from './tables.js';

export interface AgentFilter extends NameFilter {
  readonly externalIds?: Values;
  readonly states?: readonly AgentState[] | null | undefined;
  readonly allowlistIds?: Values<Id<'Allowlist'>>;
  readonly projectIds?: Values<Id<'Project'>>;
}

export type AgentsArgs = NamedArgs<AgentFilter>;

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
  const { page, columns, direction, isBehind, keysOf } = orderedPage(agents, args);
  const now = context.clock.now();
  const { policies, actor, db } = context;
  const visible = policies.visible([agentGet], actor, agents);
  const visibleLists = fields.has('allowlist') ? policies.visible([allowlistGet], actor, allowlists) : null;
  const asked = filterBy(args.filter ?? {}, now);
  const where = every([...asked, isBehind]);
  const wanted = { visible, visibleLists, where, orderBy: columns, direction, limit: page.first + 1, fields };
  const rows = await readAgentPage(db, wanted, isoOf(now));
  return connection(rows, page, keysOf, () => countUpTo(db, withRecords, every([visible.clause, ...asked])));
}

/** The agents that a filter asks for, as they are at a moment. */
export function filterBy(filter: AgentFilter, now: Date): (Clause | undefined)[] {
  return [
    hasName(agents.name, filter),
    among(agents.externalId, filter.externalIds),
    among(attestationRecords.allowlistId, filter.allowlistIds),
    among(agents.projectId, filter.projectIds),
    among(trustStateAt(now), filter.states),
  ];
}
