import { definePolicy, defineTarget } from '../../platform/policy/index.js';
import { type AgentRow, agents } from './tables.js';

export const agentTarget = defineTarget<AgentRow>()(agents, {
  id: { type: 'text', row: (row) => row.id, sql: (t) => t.id },
  project_id: { type: 'text', row: (row) => row.projectId, sql: (t) => t.projectId },
  domain_id: { type: 'text', row: (row) => row.domainId, sql: (t) => t.domainId },
});

export const agentGet = definePolicy<AgentRow>({
  name: 'agent:get',
  description: "Read agents of the caller's own domain or project; an agent reads itself.",
  scopeTypes: ['domain', 'project', 'agent'],
  target: agentTarget,
  boundary: {
    domain: 'domain_id:%(domain_id)s',
    project: 'project_id:%(project_id)s',
    agent: 'agent_id:%(id)s',
  },
  check: { domain: 'role:reader', project: 'role:reader', agent: '@' },
  operations: [
    'Query.agent',
    'Query.agents',
    'Query.agentCounts',
    'Subscription.agentTrustChanged',
    'Agent.*',
    'AgentCounts.*',
    'AgentStateCount.*',
    'AgentTrustChanged.*',
  ],
});
