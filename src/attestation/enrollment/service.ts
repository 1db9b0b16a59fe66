import type { Act, Context } from '../../authority/index.js';
import { aboutAgent } from '../../identity/agents/index.js';
import { alreadyExists, invalid } from '../../platform/errors.js';
import type { Id } from '../../platform/ids.js';
import {
  bearerHash,
  decodeBase64,
  hashSecret,
  isBearer,
  isKeptBearer,
  isSecret,
  randomSecret,
} from '../../platform/secrets.js';
import { type AgentView, areKeysTaken, lockViewByToken, storedState, updateRecord } from '../records/index.js';
import { nextState } from '../verifier/index.js';
import { activated, refused, unlessKeysTaken } from './activated.js';
import { auditingBans, refuseBanned } from './banned.js';
import type { ActivateAgent, EnrollAgent } from './inputs.js';
import { beginJoining, completeJoining } from './joining.js';
import { credentialFor, readKeys } from './keys.js';
import { agentActivate, agentEnroll } from './policies.js';

/**
 * Takes the TPM's keys and returns a credential that only the TPM with both keys can open. The same EK may start again,
 * with another AK, until it is activated.
 *
 * With a join token there is no agent yet; its id is the one that it gets.
 *
 * @throws Refusal UNAUTHENTICATED for a token that is not valid, and for an EK that is banned.
 * @throws UserErrors INVALID for unsuitable keys or another EK, ALREADY_EXISTS for keys of another agent.
 */
export async function enrollAgent(context: Context, input: EnrollAgent) {
  return auditingBans(context, agentEnroll.name, async (act) => {
    if (isBearer('joinToken', input.enrollmentToken)) return beginJoining(act, input);
    const view = await lockEnrollment(act, input.enrollmentToken);
    const { ek, ak, ekFingerprint, akName } = readKeys(input);
    const known = view.record.ekFingerprint;
    if (known !== null && known !== ekFingerprint) {
      throw invalid('This enrollment began with another endorsement key.', 'endorsementKey');
    }
    await refuseBanned(act, aboutAgent(view), ekFingerprint);
    if (await areKeysTaken(act.tx, view.agent.id, { ekFingerprint, akName })) {
      throw alreadyExists('Another agent is enrolled with these keys.', 'endorsementKey');
    }
    // 32 bytes: ActivateCredential returns at most the size of the EK's name digest, and SHA-256 is the smallest.
    const secret = randomSecret();
    await updateRecord(act.tx, view.agent.id, {
      ekFingerprint,
      akName,
      ekPublic: input.endorsementKey,
      akPublic: input.attestationKey,
      activationSecretHash: hashSecret(secret),
    });
    await act.audit({ action: 'agent.enrollment_begun', ...aboutAgent(view), details: { ek: ekFingerprint } });
    return { agentId: view.agent.id, ...credentialFor({ ek, ak }, secret) };
  });
}

/**
 * Completes an enrollment: knowing the secret proves that both keys are in one TPM. The token is used up.
 * @throws Refusal UNAUTHENTICATED for a wrong token or secret, and when another agent took the keys meanwhile.
 */
export async function activateAgent(context: Context, input: ActivateAgent) {
  return auditingBans(context, agentActivate.name, async (act) => {
    if (isBearer('joinToken', input.enrollmentToken)) return completeJoining(act, input);
    const view = await lockEnrollment(act, input.enrollmentToken);
    const secret = decodeBase64(input.secret);
    if (secret === null || !isSecret(secret, view.record.activationSecretHash)) throw refused();
    if (view.record.ekFingerprint !== null) await refuseBanned(act, aboutAgent(view), view.record.ekFingerprint);
    await takeKeys(act, view.agent.id);
    return activated(act, view, { to: 'PENDING' });
  });
}

const takeKeys = ({ tx }: Act, agentId: Id<'Agent'>): Promise<void> =>
  unlessKeysTaken(() =>
    updateRecord(tx, agentId, {
      isLiving: true,
      enrollmentTokenHash: null,
      enrollmentExpiresAt: null,
      activationSecretHash: null,
    }),
  );

/** Locks the agent that a token enrolls. An agent that was banned and unbanned before activation is already PENDING. */
async function lockEnrollment({ tx, now }: Act, token: string): Promise<AgentView> {
  const view = await lockViewByToken(tx, bearerHash('enrollmentToken', token));
  if (view === undefined || !isKeptBearer('enrollmentToken', token, view.record.enrollmentTokenHash)) throw refused();
  const { isLiving, enrollmentExpiresAt } = view.record;
  const state = storedState(view);
  const canActivate =
    state === 'PENDING' || nextState(state, 'ACTIVATE', { recoversAutomatically: false }) === 'PENDING';
  if (isLiving || !canActivate || enrollmentExpiresAt === null || enrollmentExpiresAt <= now) throw refused();
  return view;
}
