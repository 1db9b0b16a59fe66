import { sql } from 'drizzle-orm';
import { type AgentRow, agents, UNLESS_OF_NODE } from '../../identity/agents/index.js';
import { definePolicy, defineTarget, type PolicyName } from '../../platform/policy/index.js';
import { ekBans } from '../bans/tables.js';

/** What the system banned as a node's stays the system's, although the agent is of no node any more. */
const operatedTarget = defineTarget<AgentRow>()(agents, {
  id: { type: 'text', row: (row) => row.id, sql: (t) => t.id },
  project_id: { type: 'text', row: (row) => row.projectId, sql: (t) => t.projectId },
  domain_id: { type: 'text', row: (row) => row.domainId, sql: (t) => t.domainId },
  node_id: {
    type: 'text',
    // With that of the ban, where the agent has none.
    row: (row) => row.nodeId,
    sql: (t) =>
      sql`coalesce(${t.nodeId}, (select max(${ekBans.nodeId}) from ${ekBans} where ${ekBans.agentId} = ${t.id}))`,
  },
});

/** An operation on an agent, for administrators of its project, and of the system where operators own it. */
function operation(name: PolicyName, description: string, ...mutations: string[]) {
  return definePolicy<AgentRow>({
    name,
    description,
    scopeTypes: ['system', 'project'],
    target: operatedTarget,
    boundary: UNLESS_OF_NODE,
    check: 'role:admin',
    operations: mutations.map((mutation) => `Mutation.${mutation}`),
  });
}

export const agentReset = operation(
  'agent:reset',
  "Reset agents to PENDING; a node's agent at system scope alone.",
  'resetAgent',
);
export const agentBan = operation(
  'agent:ban',
  "Ban agents and lift bans; those of a node's agent at system scope alone.",
  'banAgent',
  'unbanAgent',
);
/** An agent that FAILED stays so until an operator resets it: it cannot leave, and join anew as if nothing had been. */
export const agentRetire = definePolicy<AgentRow>({
  name: 'agent:retire',
  description:
    "Retire agents permanently; a node's agent at system scope alone. An agent may retire itself, unless it FAILED.",
  scopeTypes: ['system', 'project', 'agent'],
  target: operatedTarget,
  boundary: { ...UNLESS_OF_NODE, agent: 'agent_id:%(id)s' },
  check: { system: 'role:admin', project: 'role:admin', agent: 'not trust_state:FAILED' },
  operations: ['Mutation.retireAgent'],
});
