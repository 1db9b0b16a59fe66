import { type Feed, mayOn } from '../../authority/index.js';
import { amongThese, type Values } from '../../db/among.js';
import { type AgentRow, agentGet, agentsByIds } from '../../identity/agents/index.js';
import { toId } from '../../platform/ids.js';
import type { AgentState } from '../verifier/index.js';
import { TRUST_CHANGED } from './trust.js';

interface Watch {
  readonly filter?:
    | {
        readonly agentIds?: Values;
        readonly projectIds?: Values;
        readonly to?: readonly AgentState[] | null | undefined;
      }
    | null
    | undefined;
}

/** Trust changes of the agents that the caller may read. */
export const trustFeed: Feed<AgentRow, Watch> = {
  type: TRUST_CHANGED,
  objects: (db, ids) =>
    agentsByIds(
      db,
      ids.map((id) => toId('Agent', id)),
    ),
  asksFor: ({ filter }) => filter?.agentIds,
  tells({ filter }) {
    const isAgent = amongThese(filter?.agentIds);
    const isProject = amongThese(filter?.projectIds);
    const isState = amongThese(filter?.to);
    return (authorization, { details }, agent) =>
      isAgent(agent.id) && isProject(agent.projectId) && isState(details.to) && mayOn(authorization, agentGet, agent);
  },
};
