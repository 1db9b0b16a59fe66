import { type AgentRow, agentTarget, OF_OPERATORS } from '../../identity/agents/index.js';
import { definePolicy } from '../../platform/policy/index.js';

export const agentCreate = definePolicy({
  name: 'agent:create',
  description: 'Create machine agents in a project.',
  scopeTypes: ['project'],
  check: 'role:member',
  operations: ['Mutation.createAgent'],
});

export const agentUpdate = definePolicy<AgentRow>({
  name: 'agent:update',
  description: "Change the name or the external id of agents; at system scope, of those in operators' projects.",
  scopeTypes: ['system', 'project'],
  target: agentTarget,
  boundary: { system: OF_OPERATORS, project: 'project_id:%(project_id)s' },
  check: 'role:manager',
  operations: ['Mutation.updateAgent'],
});

export const recordPolicies = [agentCreate, agentUpdate];
