import type { Act, ChoreAct } from '../../authority/index.js';
import type { EventFact } from '../../events/index.js';
import { type AgentRow, changeAgents } from '../../identity/agents/index.js';
import type { Id } from '../../platform/ids.js';
import { keepTransitions, type TrustChange } from '../transitions/index.js';
import type { AgentEvent, AgentState } from '../verifier/index.js';
import type { AgentView } from './repository.js';
import { stateAt, storedState } from './views.js';

export const TRUST_CHANGED = 'agent.trust_changed';

/** Of a node's agent it names the node, which an agent that retires leaves at once. */
export const trustChanged = (
  { id, nodeId }: Pick<AgentRow, 'id' | 'nodeId'>,
  { from, to }: Pick<TrustChange, 'from' | 'to'>,
): EventFact => ({
  type: TRUST_CHANGED,
  objectId: id,
  details: nodeId === null ? { from, to } : { from, to, nodeId },
});

/** The new state of an agent, its end, and its cause. */
export interface TrustMove {
  readonly to: AgentState;
  readonly trustedUntil: Date | null;
  readonly cause: AgentEvent;
  readonly resultId?: Id<'AttestationResult'>;
}

/**
 * Stores an agent's state, with an event and a transition when it changed. If trust ran out before that was stored,
 * that transition comes first, so that each transition begins where the one before it ended.
 */
export async function moveTrust(act: Act, view: AgentView, move: TrustMove): Promise<void> {
  const { agent } = view;
  const { to, trustedUntil, cause, resultId = null } = move;
  const from = stateAt(view, act.now);
  if (from !== storedState(view)) await tellRunOut(act, [agent]);
  if (to !== from) await tell(act, [{ agent, from, to, at: act.now, cause, by: act.actor.principal, resultId }]);
  await changeAgents(act, [agent], { trustState: to, trustedUntil, trustDueAt: trustedUntil });
}

type Telling = Pick<ChoreAct, 'tx' | 'now' | 'event'>;

/** Records that the trust of agents ran out, dated at its end, however late that is stored. */
export function tellRunOut(act: Telling, ranOut: readonly AgentRow[]): Promise<void> {
  const change = { from: 'TRUSTED', to: 'STALE', cause: 'EXPIRE', by: null, resultId: null } as const;
  return tell(
    act,
    ranOut.map((agent) => ({ agent, at: agent.trustedUntil ?? act.now, ...change })),
  );
}

async function tell({ tx, event }: Telling, changes: readonly (TrustChange & { agent: AgentRow })[]): Promise<void> {
  for (const change of changes) event(trustChanged(change.agent, change));
  await keepTransitions(tx, changes);
}
