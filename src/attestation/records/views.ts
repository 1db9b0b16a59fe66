import { type Asker, type Context, defineLoader, mayOn, requireVisible } from '../../authority/index.js';
import type { Tx } from '../../db/open.js';
import { agentGet } from '../../identity/agents/index.js';
import { agents } from '../../identity/agents/tables.js';
import { badInput, notFound } from '../../platform/errors.js';
import { isId } from '../../platform/ids.js';
import { AGENT_STATES, type AgentState, trustAt } from '../verifier/index.js';
import { type AgentKey, type AgentView, findView, findViews, lockView } from './repository.js';

export interface AgentRef {
  readonly id?: string | null | undefined;
  readonly name?: string | null | undefined;
}

/** Agents with their records, by id; null for those that the caller may not read. */
export const loadAgent = defineLoader<AgentView>(async (context, ids) => {
  const visible = context.policies.visible([agentGet], context.actor, agents);
  const views = await findViews(context.db, visible, ids);
  return new Map(views.map((view) => [view.agent.id, view]));
});

/** Lets the fields of this agent be answered from what was just read, or written, instead of reading it again. */
export function remember(context: Context, view: AgentView): void {
  loadAgent(context)
    .clear(view.agent.id)
    .prime(view.agent.id, mayOn(context, agentGet, view.agent) ? view : null);
}

/** An agent by id, or by name in the token's project. */
function keyOf({ actor }: Asker, ref: AgentRef): AgentKey {
  if (ref.id != null) {
    if (!isId('Agent', ref.id)) throw notFound('agent');
    return { id: ref.id };
  }
  const { where } = actor;
  if (where === null || !('projectId' in where)) {
    throw badInput('An agent is named in a project: use its id, or a token of the project.', { argument: 'name' });
  }
  if (ref.name == null || ref.name.includes('\0')) throw notFound('agent');
  return { projectId: where.projectId, name: ref.name };
}

/** @throws Refusal NOT_FOUND for an agent that is missing or not the caller's to read. */
export async function getAgent(context: Context, ref: AgentRef): Promise<AgentView> {
  const view = await findView(context.db, keyOf(context, ref));
  requireVisible(context, agentGet, view?.agent, 'agent');
  if (view === undefined) throw notFound('agent');
  return view;
}

/** The same, held until the transaction ends. */
export async function lockAgent(asker: Asker & { readonly tx: Tx }, ref: AgentRef): Promise<AgentView> {
  const view = await lockView(asker.tx, keyOf(asker, ref));
  requireVisible(asker, agentGet, view?.agent, 'agent');
  if (view === undefined) throw notFound('agent');
  return view;
}

/** The state as it is written down; what counts is `stateAt`. */
export function storedState({ agent }: AgentView): AgentState {
  const state = AGENT_STATES.find((known) => known === agent.trustState);
  if (state === undefined) throw new Error(`agent ${agent.id}: unknown trust state ${agent.trustState}`);
  return state;
}

/** The state at a moment. */
export function stateAt(view: AgentView, now: Date): AgentState {
  return trustAt(storedState(view), view.agent.trustedUntil?.getTime() ?? null, now.getTime());
}
