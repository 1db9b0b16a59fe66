export { type AgentRef, isAgent } from './lookup.js';
export { agentGet, agentTarget } from './policies.js';
export {
  aboutAgent,
  agentsByIds,
  changeAgents,
  insertAgent,
  loadAgentPrincipal,
  setTrust,
  updateAgentAt,
} from './service.js';
export { type AgentRow, agents } from './tables.js';
export { trustAt, trustColumns, trustRanOut, trustStateAt } from './trust.js';
