import type { AgentState } from '../../generated/documents.js';
import type { Color } from '../common/layout.js';

/** Every state of an agent, with its color. */
export const AGENT_STATES: Readonly<Record<AgentState, Color>> = {
  CREATED: 'gray',
  PENDING: 'yellow',
  TRUSTED: 'green',
  STALE: 'yellow',
  FAILED: 'red',
  BANNED: 'red',
  RETIRED: 'gray',
};
