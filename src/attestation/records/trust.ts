import type { Act } from '../../authority/index.js';
import type { EventFact } from '../../events/index.js';
import { setTrust } from '../../identity/agents/index.js';
import type { AgentState } from '../verifier/index.js';
import type { AgentView } from './repository.js';
import { stateAt, storedState } from './views.js';

export const TRUST_CHANGED = 'agent.trust_changed';

export const trustChanged = (objectId: string, from: AgentState, to: AgentState): EventFact => ({
  type: TRUST_CHANGED,
  objectId,
  details: { from, to },
});

/**
 * Writes an agent's state down, with an event when it is another one than before. Trust that ran out before anything
 * wrote that down gets its own event first, so that each event begins where the one before it ended.
 */
export async function moveTrust(act: Act, view: AgentView, to: AgentState, trustedUntil: Date | null): Promise<void> {
  const { id } = view.agent;
  const states = [storedState(view), stateAt(view, act.now), to];
  for (const [index, state] of states.entries()) {
    const before = states[index - 1];
    if (before !== undefined && before !== state) act.event(trustChanged(id, before, state));
  }
  await setTrust(act.tx, id, to, trustedUntil);
}
