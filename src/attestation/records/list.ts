import { type Context, requireOperation } from '../../authority/index.js';
import { type AnyOf, anyOf, type Values } from '../../db/among.js';
import { createdFrom } from '../../db/by-id.js';
import { type NamedArgs, type NameFilter, orderedPage, startsWith } from '../../db/by-name.js';
import { countUpTo } from '../../db/counted.js';
import { isWanted } from '../../db/in-order.js';
import { agentGet, agents, trustRanOut } from '../../identity/agents/index.js';
import { ofProjects } from '../../identity/names/index.js';
import { badInput } from '../../platform/errors.js';
import type { Id } from '../../platform/ids.js';
import { type Connection, connection } from '../../platform/pagination.js';
import { type Clause, clause } from '../../platform/sql/clause.js';
import { isoOf } from '../../platform/time-text.js';
import { allowlistGet, allowlists } from '../allowlists/index.js';
import type { AgentState } from '../verifier/index.js';
import type { AgentShape } from './fields.js';
import { boundAgents, everyAgent, readAgentPage, withRecords } from './page.js';
import { attestationRecords as records } from './tables.js';

export interface AgentFilter extends NameFilter {
  readonly externalIds?: Values;
  readonly states?: readonly AgentState[] | null | undefined;
  readonly createdSince?: Date | null | undefined;
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
  const part = orderedPage(agents, args);
  const filter = args.filter ?? {};
  // The list is a column of the record, the name one of the agent, and ids are in the order of creation.
  const byCreation = (['allowlistIds', 'createdSince'] as const).find((name) => filter[name] != null);
  if (byCreation !== undefined && part.columns.length > 1)
    throw badInput(`With ${byCreation}, order by CREATED_AT.`, { argument: 'orderBy' });
  const now = context.clock.now();
  const { policies, actor, db } = context;
  const asked = { visible: policies.visible([agentGet], actor, agents), ...filterBy(filter, now) };
  const source = filter.allowlistIds == null ? everyAgent : boundAgents(context);
  // Counting asks for all pages, so only the page itself says where it begins.
  const ofRecords = source.ofRecord && orderedPage({ ...agents, id: source.ofRecord }, args);
  const wanted = { ...asked, also: [...asked.also, ofRecords?.isBehind] };
  const visibleLists = fields.has('allowlist') ? policies.visible([allowlistGet], actor, allowlists) : null;
  const rows = await readAgentPage(db, { source, wanted, part, visibleLists, fields }, isoOf(now));
  return connection(rows, part.page, part.keysOf, () => countUpTo(db, withRecords, isWanted(asked)));
}

/** The agents that a filter asks for. */
interface Asked {
  readonly filters: readonly (AnyOf | undefined)[];
  readonly also: readonly (Clause | undefined)[];
}

/** The agents that a filter asks for, as they are at a moment; see `AgentFilter.states` in the schema for STALE. */
export function filterBy(filter: AgentFilter, now: Date): Asked {
  const { states } = filter;
  // Trust that ran out a moment ago is still stored as TRUSTED, and is what a filter on STALE means.
  const isExact = states?.includes('TRUSTED') && !states.includes('STALE');
  return {
    filters: [
      anyOf(agents.externalId, filter.externalIds),
      anyOf(agents.name, filter.names),
      anyOf(records.allowlistId, filter.allowlistIds),
      ofProjects(agents, filter.projectIds),
      anyOf(agents.trustState, states),
    ],
    also: [
      startsWith(agents.name, filter.nameStartsWith),
      isExact ? clause`not (${trustRanOut(now)})` : undefined,
      createdFrom(agents.id, 'Agent', filter.createdSince),
    ],
  };
}
