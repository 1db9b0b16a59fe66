import { type AgentRow, agentTarget, UNLESS_OF_NODE } from '../../identity/agents/index.js';
import { definePolicy } from '../../platform/policy/index.js';

export const agentBindAllowlist = definePolicy<AgentRow>({
  name: 'agent:bind_allowlist',
  description:
    "Bind agents to allowlists: a node's agent at system scope alone, where agents of operators' projects are managed.",
  scopeTypes: ['system', 'project'],
  target: agentTarget,
  boundary: UNLESS_OF_NODE,
  check: 'role:manager',
  operations: ['Mutation.bindAllowlist'],
});
