import type { Act } from '../../authority/index.js';
import { aboutAgent, changeAgents } from '../../identity/agents/index.js';
import { isOperatorsProject } from '../../identity/projects/index.js';
import { alreadyExists, invalid } from '../../platform/errors.js';
import type { Id } from '../../platform/ids.js';
import { findOwnerType } from '../allowlists/index.js';
import { type AgentView, lockAgent, lockViewById, requireRecord, stateAt } from '../records/index.js';
import { nextState } from '../verifier/index.js';
import { move } from './move.js';

/**
 * Makes an agent that the caller may read a node's: it is PENDING, and proves itself anew. The use case that calls this
 * decides whether the caller may. An agent that is not enrolled is not adopted: whoever has its enrollment token would
 * choose the machine.
 * @throws Refusal NOT_FOUND; UserErrors INVALID or ALREADY_EXISTS, with the path `agent`.
 */
export async function adoptAgent(act: Act, agentId: Id<'Agent'>, nodeId: Id<'Node'>): Promise<void> {
  const view = requireRecord(await lockAgent(act, { id: agentId }));
  const { agent, record } = view;
  const from = stateAt(view, act.now);
  const to = nextState(from, 'ADOPT', { recoversAutomatically: false });
  if (to === null) throw invalid(`An agent that is ${from} cannot be a node’s.`, 'agent');
  if (!record.isLiving) throw invalid('An agent that is not enrolled cannot be a node’s.', 'agent');
  if (agent.nodeId !== null) throw alreadyExists('The agent is a node’s already.', 'agent');
  if (!(await isOperatorsProject(act.tx, agent.projectId)))
    throw invalid('A node’s agent is in an operators’ project.', 'agent');
  if (record.allowlistId !== null && (await findOwnerType(act.tx, record.allowlistId)) !== 'SYSTEM')
    throw invalid('A node’s agent is bound to allowlists of the system alone: bind it to one first.', 'agent');
  await changeAgents(act, [agent], { nodeId });
  const adopted = { ...view, agent: { ...agent, nodeId } };
  await move(act, adopted, { to, trustedUntil: null, cause: 'ADOPT' });
  await act.audit({ action: 'agent.adopted', ...aboutAgent(view), details: { from, to, nodeId } });
}

/**
 * Retires a node's agent with its node, or when it leaves it: its tokens end, and it is no node's any more. A ban of its
 * key stays. The caller calls `act.changeRights` before its first write.
 */
export async function retireForNode(act: Act, agentId: Id<'Agent'>): Promise<void> {
  const view = await lockedView(act, agentId);
  const from = stateAt(view, act.now);
  const { nodeId } = view.agent;
  if (from === 'RETIRED') return;
  await move(act, view, { to: 'RETIRED', trustedUntil: null, cause: 'RETIRE' });
  await act.audit({ action: 'agent.retired', ...aboutAgent(view), details: { from, to: 'RETIRED', nodeId } });
}

async function lockedView({ tx }: Act, agentId: Id<'Agent'>): Promise<AgentView> {
  const view = await lockViewById(tx, agentId);
  if (view === undefined) throw new Error(`no agent ${agentId} that attests`);
  return view;
}
