import { type Act, type Context, mutate } from '../../authority/index.js';
import { agentsByIds } from '../../identity/agents/index.js';
import { invalid, notFound } from '../../platform/errors.js';
import { validText } from '../../platform/text.js';
import type { AgentView } from '../records/index.js';
import { endorsementKeyUnban } from './policies.js';
import * as repository from './repository.js';

/**
 * Bans the endorsement key of an agent that is enrolled. One that is not has only named a key: banning that would let
 * whoever enrolls agents ban the machines of others.
 */
export async function banKey({ tx, now }: Pick<Act, 'tx' | 'now'>, { agent, record }: AgentView): Promise<void> {
  const { ekFingerprint, isLiving } = record;
  if (!isLiving || ekFingerprint === null) return;
  await repository.insert(tx, { ekFingerprint, agentId: agent.id, nodeId: agent.nodeId, bannedAt: now });
}

const FINGERPRINT = /^[0-9a-f]{64}$/;

export interface UnbanEndorsementKey {
  /** As audit entries have it. */
  readonly fingerprint: string;
  readonly reason?: string | null | undefined;
}

/**
 * Lifts the ban of a key whose agent is retired or gone.
 * @throws UserErrors INVALID for what is no fingerprint, and while the agent is banned.
 * @throws Refusal NOT_FOUND for a key that is not banned.
 */
export async function unbanEndorsementKey(context: Context, { fingerprint, ...input }: UnbanEndorsementKey) {
  if (!FINGERPRINT.test(fingerprint)) throw invalid('A fingerprint has 64 hexadecimal digits.', 'fingerprint');
  const reason = validText(input.reason, 'reason');
  return mutate(context, { policy: endorsementKeyUnban.name }, async (act) => {
    const ban = await repository.findByKey(act.tx, fingerprint);
    if (ban === undefined) throw notFound('banned endorsement key');
    const isAgentBanned = (await agentsByIds(act.tx, [ban.agentId])).get(ban.agentId)?.trustState === 'BANNED';
    if (isAgentBanned) throw invalid(`The agent ${ban.agentId} is still banned: unban it.`, 'fingerprint');
    await repository.remove(act.tx, ban);
    const target = { type: 'Agent' as const, id: ban.agentId };
    await act.audit({ action: 'endorsement_key.unbanned', target, details: { ek: ban.ekFingerprint, reason } });
    return { fingerprint: ban.ekFingerprint };
  });
}
