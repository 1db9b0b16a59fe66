import { type Act, type Context, mutate, requireAllowed } from '../../authority/index.js';
import { type AgentRef, type AgentRow, aboutAgent, changeAgents } from '../../identity/agents/index.js';
import { invalid } from '../../platform/errors.js';
import { type AllowlistRow, requireOfProject } from '../allowlists/index.js';
import { voidChallenges } from '../challenges/index.js';
import {
  type AgentView,
  lockAgent,
  moveTrust,
  type NamedAllowlist,
  requireRecord,
  reviewedAllowlist,
  stateAt,
  told,
  updateRecord,
} from '../records/index.js';
import { nextState } from '../verifier/index.js';
import { agentBindAllowlist } from './policies.js';

export interface BindAllowlist extends NamedAllowlist {
  readonly agent: AgentRef;
}

/**
 * Binds an agent to a list, or to none. The kept state of its last log belongs to the old list, so the next log is
 * judged from its start. A node's agent has to prove itself anew before it is TRUSTED by what the new list says.
 */
export async function bindAllowlist(context: Context, input: BindAllowlist) {
  const view = await mutate(context, { policy: agentBindAllowlist.name }, async (act) => {
    const before = await lockAgent(act, input.agent);
    requireAllowed(act, agentBindAllowlist, before.agent);
    const view = requireRecord(before);
    const { agent, record } = view;
    const allowlist = await reviewedAllowlist(act, input);
    if (allowlist !== null) requireFits(allowlist, agent);
    const details = { allowlistId: allowlist?.id ?? null };
    if (record.allowlistId === details.allowlistId) return act.unchanged(before);
    await updateRecord(act.tx, agent.id, details);
    await (agent.nodeId === null ? changeAgents(act, [agent]) : startAnew(act, view));
    await act.audit({ action: 'agent.allowlist_bound', ...aboutAgent({ agent }), details });
    return lockAgent(act, { id: agent.id });
  });
  return { agent: told(context, view) };
}

/**
 * An agent is judged by a list of what it belongs to, and a node's agent by one of the system: who may publish to a list
 * decides what TRUSTED means.
 */
function requireFits(list: AllowlistRow, agent: AgentRow): void {
  if (agent.nodeId === null) requireOfProject(list, agent);
  else if (list.ownerType !== 'SYSTEM')
    throw invalid('A node’s agent is bound to allowlists of the system alone.', 'allowlist');
}

async function startAnew(act: Act, view: AgentView): Promise<void> {
  const to = nextState(stateAt(view, act.now), 'REBIND', { recoversAutomatically: false });
  if (to === null) throw invalid('A retired agent cannot be bound.', 'agent');
  await moveTrust(act, view, { to, trustedUntil: null, cause: 'REBIND' });
  await voidChallenges(act.tx, view);
  await updateRecord(act.tx, view.agent.id, { verifierState: null });
}
