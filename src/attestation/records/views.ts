import { type AuthorizationContext, type Context, defineLoader, mayOn, requireVisible } from '../../authority/index.js';
import type { Tx } from '../../db/open.js';
import { type AgentRef, agentGet, agents, isAgent, trustAt } from '../../identity/agents/index.js';
import { notFound } from '../../platform/errors.js';
import { etagFrom } from '../../platform/etag.js';
import type { Id } from '../../platform/ids.js';
import type { AgentState } from '../verifier/index.js';
import { type AgentShape, knownState, shapeOf } from './fields.js';
import { type AgentView, findView, findViews, lockView } from './repository.js';

/**
 * Covers what an operator decides by. It does not cover each attestation: a failing machine sends them all the time.
 */
export const agentEtag = ({ id, state, lastSeverity }: Pick<AgentShape, 'id' | 'state' | 'lastSeverity'>): string =>
  etagFrom(id, state, lastSeverity);

/** What the caller may see of an agent after reading or writing it; null when it may not read it. */
export function told(context: Context, view: AgentView): AgentShape | null {
  return mayOn(context, agentGet, view.agent) ? shapeOf(view, context.clock.now()) : null;
}

/** Agents by id; null for those that the caller may not read. */
export const loadAgent = defineLoader(async (context, ids: readonly Id<'Agent'>[]) => {
  const visible = context.policies.visible([agentGet], context.actor, agents);
  const views = await findViews(context.db, visible, ids);
  const now = context.clock.now();
  return new Map(views.map((view) => [view.agent.id, shapeOf(view, now)]));
});

/** @throws Refusal NOT_FOUND for an agent that is missing or that the caller may not read. */
export async function getAgent(context: Context, ref: AgentRef): Promise<AgentView> {
  const view = await findView(context.db, isAgent(context, ref));
  requireVisible(context, agentGet, view?.agent, 'agent');
  if (view === undefined) throw notFound('agent');
  return view;
}

/** The same, locked until the transaction ends. */
export async function lockAgent(
  authorization: AuthorizationContext & { readonly tx: Tx },
  ref: AgentRef,
): Promise<AgentView> {
  const view = await lockView(authorization.tx, isAgent(authorization, ref));
  requireVisible(authorization, agentGet, view?.agent, 'agent');
  if (view === undefined) throw notFound('agent');
  return view;
}

/** The stored state; the state in effect is `stateAt`. */
export const storedState = ({ agent }: AgentView): AgentState => knownState(agent.trustState);

/** The state in effect at a moment. */
export function stateAt(view: AgentView, now: Date): AgentState {
  return trustAt(storedState(view), view.agent.trustedUntil, now);
}
