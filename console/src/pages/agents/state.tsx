import { Badge, type Tone } from '../../kit/badge.js';
import type { AGENT_STATES } from './search.js';

type State = (typeof AGENT_STATES)[number];

/** How much the states of agents want attention. */
export const TONES: Readonly<Record<State, Tone>> = {
  FAILED: 'bad',
  STALE: 'warn',
  BANNED: 'bad',
  PENDING: 'waiting',
  CREATED: 'waiting',
  TRUSTED: 'good',
  RETIRED: 'quiet',
};

/** The state of an agent. */
export const AgentStateBadge = ({ state }: { readonly state: State }) => <Badge state={state} tone={TONES[state]} />;
