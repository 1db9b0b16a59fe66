import { type AuthorizationContext, type Context, defineLoader, mayOn, requireVisible } from '../../authority/index.js';
import type { Tx } from '../../db/open.js';
import { agentGet, agents, trustAt } from '../../identity/agents/index.js';
import { badInput, invalid, notFound } from '../../platform/errors.js';
import { etagFrom } from '../../platform/etag.js';
import type { Id } from '../../platform/ids.js';
import type { AgentState } from '../verifier/index.js';
import { type AgentShape, knownState, shapeOf } from './fields.js';
import { type AgentKey, type AgentView, type FoundAgent, findAgent, findAgents, lockView } from './repository.js';

export interface AgentRef {
  readonly id?: Id<'Agent'> | null | undefined;
  readonly name?: string | null | undefined;
}

/**
 * Covers what an operator decides by. It does not cover each attestation: a failing machine sends them all the time.
 */
export const agentEtag = ({ id, state, lastSeverity }: Pick<AgentShape, 'id' | 'state' | 'lastSeverity'>): string =>
  etagFrom(id, state, lastSeverity);

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

/** An agent by id, or by name in the token's project. */
function keyOf({ actor }: AuthorizationContext, ref: AgentRef): AgentKey {
  if (ref.id != null) return { id: ref.id };
  const { where } = actor;
  if (where === null || !('projectId' in where)) {
    throw badInput('A name identifies an agent only within its project: use the id, or a token of the project.', {
      argument: 'name',
    });
  }
  if (ref.name == null) throw notFound('agent');
  return { projectId: where.projectId, name: ref.name };
}

/** @throws Refusal NOT_FOUND for an agent that is missing or that the caller may not read. */
export const getAgent = (context: Context, ref: AgentRef): Promise<FoundAgent> =>
  requireFound(context, findAgent(context.db, keyOf(context, ref)));

/** The same, locked until the transaction ends if it attests. */
export async function lockAgent(
  authorization: AuthorizationContext & { readonly tx: Tx },
  ref: AgentRef,
): Promise<FoundAgent> {
  const key = keyOf(authorization, ref);
  const view = await lockView(authorization.tx, key);
  return requireFound(authorization, view ?? findAgent(authorization.tx, key));
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
