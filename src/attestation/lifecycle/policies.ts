import { type AgentRow, agentTarget } from '../../identity/agents/index.js';
import { definePolicy, type PolicyName } from '../../platform/policy/index.js';

/** An operation on an agent, for administrators of its project. */
function operation(name: PolicyName, description: string, ...mutations: string[]) {
  return definePolicy<AgentRow>({
    name,
    description,
    scopeTypes: ['project'],
    target: agentTarget,
    boundary: { project: 'project_id:%(project_id)s' },
    check: 'role:admin',
    operations: mutations.map((mutation) => `Mutation.${mutation}`),
  });
}

export const agentReset = operation('agent:reset', 'Reset agents to PENDING.', 'resetAgent');
export const agentBan = operation('agent:ban', 'Ban agents and lift bans.', 'banAgent', 'unbanAgent');
export const agentRetire = operation('agent:retire', 'Retire agents permanently.', 'retireAgent');
