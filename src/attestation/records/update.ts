import { type Context, mutate, requireAllowed } from '../../authority/index.js';
import { type AgentRef, aboutAgent, updateAgentAt } from '../../identity/agents/index.js';
import { staleEtag } from '../../platform/errors.js';
import { changedFields, changesNothing, validChanges, validName } from '../../platform/text.js';
import { agentUpdate } from './policies.js';
import { lockAgent, requireAgentEtag, told } from './views.js';

export interface UpdateAgent {
  readonly agent: AgentRef;
  /** The etag of the agent that the caller read. */
  readonly etag: string;
  readonly name?: string | null | undefined;
  readonly externalId?: string | null | undefined;
}

/**
 * Changes what people and other systems call an agent, in any state. Nothing else of it can be set.
 * @throws UserErrors INVALID, ALREADY_EXISTS, STALE_ETAG.
 */
export async function updateAgent(context: Context, input: UpdateAgent) {
  const changes = { ...validChanges({ name: input.name }), ...validExternalId(input.externalId) };
  const found = await mutate(context, { policy: agentUpdate.name }, async (act) => {
    const before = await lockAgent(act, input.agent);
    const { agent } = before;
    requireAllowed(act, agentUpdate, agent);
    requireAgentEtag(before, act.now, input.etag);
    if (changesNothing(agent, changes)) return act.unchanged(before);
    const changed = await updateAgentAt(act, agent, changes);
    if (changed === undefined) throw staleEtag();
    const details = { name: agent.name, newName: changed.name, changed: changedFields(agent, changes) };
    await act.audit({ action: 'agent.updated', ...aboutAgent(before), details });
    return { ...before, agent: changed };
  });
  return { agent: told(context, found) };
}

/** Absent leaves it, and null clears it. */
function validExternalId(externalId: UpdateAgent['externalId']): { externalId?: string | null } {
  if (externalId === undefined) return {};
  return { externalId: externalId === null ? null : validName(externalId, 'externalId') };
}
