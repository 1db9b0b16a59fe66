import { type AgentRow, agentTarget } from '../../identity/agents/index.js';
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
  description: 'Change the name or the external id of agents.',
  scopeTypes: ['project'],
  target: agentTarget,
  boundary: { project: 'project_id:%(project_id)s' },
  check: 'role:manager',
  operations: ['Mutation.updateAgent'],
});

export const agentBindAllowlist = definePolicy<AgentRow>({
  name: 'agent:bind_allowlist',
  description: 'Bind agents to allowlists.',
  scopeTypes: ['project'],
  target: agentTarget,
  boundary: { project: 'project_id:%(project_id)s' },
  check: 'role:manager',
  operations: ['Mutation.bindAllowlist'],
});

export const recordPolicies = [agentCreate, agentUpdate, agentBindAllowlist];
