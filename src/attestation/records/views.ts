import { type AuthorizationContext, type Context, defineLoader, mayOn, requireVisible } from '../../authority/index.js';
import type { Tx } from '../../db/open.js';
import { type AgentRef, agentGet, agents, isAgent, trustAt } from '../../identity/agents/index.js';
import { invalid, notFound } from '../../platform/errors.js';
import { etagFrom, requireReviewed } from '../../platform/etag.js';
import type { Id } from '../../platform/ids.js';
import type { AgentState } from '../verifier/index.js';
import { type AgentShape, knownState, shapeOf } from './fields.js';
import { type AgentView, type FoundAgent, findAgent, findAgents, lockView } from './repository.js';

/**
 * Covers what an operator decides by. It does not cover each attestation: a failing machine sends them all the time.
 */
export const agentEtag = ({ id, version, state, lastSeverity }: Reviewed): string =>
  etagFrom(id, version, state, lastSeverity);

type Reviewed = Pick<AgentShape, 'id' | 'version' | 'state' | 'lastSeverity'>;

/** @throws UserErrors STALE_ETAG when the agent is no longer as the caller read it; null requires nothing. */
export function requireAgentEtag(found: FoundAgent, now: Date, read: string | null | undefined): void {
  requireReviewed(agentEtag(shapeOf(found, now)), read);
}

/** What the caller may see of an agent after reading or writing it; null when it may not read it. */
export function told(context: Context, found: FoundAgent): AgentShape | null {
  return mayOn(context, agentGet, found.agent) ? shapeOf(found, context.clock.now()) : null;
}

/** Agents by id; null for those that the caller may not read. */
export const loadAgent = defineLoader(async (context, ids: readonly Id<'Agent'>[]) => {
  const visible = context.policies.visible([agentGet], context.actor, agents);
  const found = await findAgents(context.db, visible, ids);
  const now = context.clock.now();
  return new Map(found.map((one) => [one.agent.id, shapeOf(one, now)]));
});

/** @throws Refusal NOT_FOUND for an agent that is missing or that the caller may not read. */
export const getAgent = (context: Context, ref: AgentRef): Promise<FoundAgent> =>
  requireFound(context, findAgent(context.db, isAgent(context, ref)));

/** The same, locked until the transaction ends if it attests. */
export async function lockAgent(
  authorization: AuthorizationContext & { readonly tx: Tx },
  ref: AgentRef,
): Promise<FoundAgent> {
  const isIt = isAgent(authorization, ref);
  const view = await lockView(authorization.tx, isIt);
  return requireFound(authorization, view ?? findAgent(authorization.tx, isIt));
}

async function requireFound(
  authorization: AuthorizationContext,
  agent: FoundAgent | undefined | Promise<FoundAgent | undefined>,
): Promise<FoundAgent> {
  const found = await agent;
  requireVisible(authorization, agentGet, found?.agent, 'agent');
  if (found === undefined) throw notFound('agent');
  return found;
}

/** @throws UserErrors INVALID for an agent that does not attest. Call it after the decision on the agent. */
export function requireRecord({ agent, record }: FoundAgent): AgentView {
  if (record === null) throw invalid('This agent has no attestation record.', 'agent');
  return { agent, record };
}

/** The stored state; the state in effect is `stateAt`. */
export const storedState = ({ agent }: FoundAgent): AgentState => knownState(agent.trustState);

/** The state in effect at a moment. */
export function stateAt(found: FoundAgent, now: Date): AgentState {
  return trustAt(storedState(found), found.agent.trustedUntil, now);
}
