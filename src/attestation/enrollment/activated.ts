import type { Act } from '../../authority/index.js';
import { databaseFault } from '../../db/errors.js';
import { aboutAgent } from '../../identity/agents/index.js';
import { issueAgentToken } from '../../identity/tokens/index.js';
import { unauthenticated } from '../../platform/errors.js';
import { type AgentView, moveTrust } from '../records/index.js';

export const refused = () => unauthenticated('The enrollment token or the secret is not valid.');

/** Makes an enrolled agent PENDING, and gives it its first token. */
export async function activated(act: Act, view: AgentView, details: object) {
  await moveTrust(act, view, { to: 'PENDING', trustedUntil: null, cause: 'ACTIVATE' });
  await act.audit({ action: 'agent.activated', ...aboutAgent(view), details: { ...details } });
  const agent = { ...view.agent, trustState: 'PENDING', trustedUntil: null };
  const expiresAt = new Date(act.now.getTime() + act.context.settings.agentTokenLifetimeMs);
  const issued = await issueAgentToken(act, agent, expiresAt);
  return { agentId: view.agent.id, token: issued.token, expiresAt: issued.expiresAt };
}

/** Takes the keys of a TPM for an agent. @throws Refusal UNAUTHENTICATED when another agent took them meanwhile. */
export async function unlessKeysTaken(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (databaseFault(error).kind === 'unique') throw refused();
    throw error;
  }
}
