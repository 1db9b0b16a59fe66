export { type AgentRef, isAgent } from './lookup.js';
export { agentGet, agentTarget, OF_OPERATORS, UNLESS_OF_NODE } from './policies.js';
export {
  aboutAgent,
  aboutAgentAt,
  agentsByIds,
  agentsOfNodes,
  changeAgents,
  insertAgent,
  isNameFree,
  loadAgentPrincipal,
  postponeExpiry,
  setTrust,
  updateAgentAt,
} from './service.js';
export { type AgentRow, agents } from './tables.js';
export { dueAfter, trustAt, trustColumns, trustIsDue, trustRanOut, trustStateAt } from './trust.js';
