import { type AgentRow, agentTarget, UNLESS_OF_NODE } from '../../identity/agents/index.js';
import { definePolicy, type PolicyName } from '../../platform/policy/index.js';

/** An operation on an agent, for administrators of its project, and of the system where operators own it. */
function operation(name: PolicyName, description: string, ...mutations: string[]) {
  return definePolicy<AgentRow>({
    name,
    description,
    scopeTypes: ['system', 'project'],
    target: agentTarget,
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
  target: agentTarget,
  boundary: { ...UNLESS_OF_NODE, agent: 'agent_id:%(id)s' },
  check: { system: 'role:admin', project: 'role:admin', agent: 'not trust_state:FAILED' },
  operations: ['Mutation.retireAgent'],
});
