import type { Act } from '../../authority/index.js';
import { changeAgents } from '../../identity/agents/index.js';
import { revokeAgentTokens } from '../../identity/tokens/index.js';
import { banKey } from '../bans/index.js';
import { voidChallenges } from '../challenges/index.js';
import { type AgentView, moveTrust, storedState, type TrustMove, updateRecord } from '../records/index.js';

/** Moves an agent by an operation, which ends its challenges. To ban or to retire it, the caller changes rights first. */
export async function move(act: Act, view: AgentView, trust: TrustMove): Promise<void> {
  const { tx, now } = act;
  const { id } = view.agent;
  const { to } = trust;
  await moveTrust(act, view, trust);
  await voidChallenges(tx, view);
  if (to === 'BANNED' || to === 'RETIRED') await revokeAgentTokens(tx, id, now);
  // The next log is judged from its start: an operator checked the machine, and may have changed its TPM's history.
  else await updateRecord(tx, id, { verifierState: null });
  // Also when it retires: a replica of the release before bans the agent alone.
  if (to === 'BANNED' || (to === 'RETIRED' && storedState(view) === 'BANNED')) await banKey(act, view);
  if (to === 'RETIRED') await retire(act, view);
}

async function retire(act: Act, { agent }: AgentView): Promise<void> {
  const ended = { isLiving: false, enrollmentTokenHash: null, activationSecretHash: null };
  await updateRecord(act.tx, agent.id, { ...ended, retiredAt: act.now });
  if (agent.nodeId !== null) await changeAgents(act, [agent], { nodeId: null });
}
