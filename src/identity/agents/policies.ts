import { definePolicy, defineTarget } from '../../platform/policy/index.js';
import { type AgentRow, agents } from './tables.js';

export const agentTarget = defineTarget<AgentRow>()(agents, {
  id: { type: 'text', row: (row) => row.id, sql: (t) => t.id },
  project_id: { type: 'text', row: (row) => row.projectId, sql: (t) => t.projectId },
  domain_id: { type: 'text', row: (row) => row.domainId, sql: (t) => t.domainId },
  node_id: { type: 'text', row: (row) => row.nodeId, sql: (t) => t.nodeId },
});

/** What an operators' project owns, for who runs the fleet: a boundary at system scope. */
export const OF_OPERATORS = 'operators_project_ids:%(project_id)s';

/** While an agent is a node's, what TRUSTED means for it is the system's alone. A node's agent is in an operators' project. */
export const UNLESS_OF_NODE = {
  system: OF_OPERATORS,
  project: 'project_id:%(project_id)s and None:%(node_id)s',
} as const;

export const agentGet = definePolicy<AgentRow>({
  name: 'agent:get',
  description:
    "Read agents of the caller's own domain or project, and at system scope those of operators' projects; an agent reads itself.",
  scopeTypes: ['system', 'domain', 'project', 'agent'],
  target: agentTarget,
  boundary: {
    system: OF_OPERATORS,
    domain: 'domain_id:%(domain_id)s',
    project: 'project_id:%(project_id)s',
    agent: 'agent_id:%(id)s',
  },
  check: { system: 'role:reader', domain: 'role:reader', project: 'role:reader', agent: '@' },
  operations: [
    'Query.agent',
    'Query.agents',
    'Query.agentCounts',
    'Subscription.agentTrustChanged',
    'Agent.*',
    'AgentCounts.*',
    'AgentStateCount.*',
    'AgentsRunningOut.*',
    'AgentTrustChanged.*',
  ],
});
