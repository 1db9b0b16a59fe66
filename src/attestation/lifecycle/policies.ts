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
export const agentRetire = operation(
  'agent:retire',
  "Retire agents permanently; a node's agent at system scope alone.",
  'retireAgent',
);
