import { type Act, auditDenial, type Context, mutate } from '../../authority/index.js';
import { databaseFault } from '../../db/errors.js';
import { aboutAgent } from '../../identity/agents/index.js';
import { issueAgentToken } from '../../identity/tokens/index.js';
import { alreadyExists, invalid, type UserErrorFact, UserErrors, unauthenticated } from '../../platform/errors.js';
import type { Id } from '../../platform/ids.js';
import type { PolicyName } from '../../platform/policy/index.js';
import { bearerHash, decodeBase64, hashSecret, isKeptBearer, isSecret, randomSecret } from '../../platform/secrets.js';
import { findBanOfKey } from '../bans/index.js';
import {
  type AgentView,
  areKeysTaken,
  lockViewByToken,
  moveTrust,
  storedState,
  updateRecord,
} from '../records/index.js';
import {
  attestationKeyProblems,
  endorsementKeyProblems,
  keyFingerprint,
  makeCredential,
  type PublicArea,
  parsePublicArea,
  TpmFormatError,
} from '../tpm/index.js';
import { nextState } from '../verifier/index.js';
import { agentActivate, agentEnroll } from './policies.js';

export interface EnrollAgent {
  readonly enrollmentToken: string;
  readonly endorsementKey: string;
  readonly attestationKey: string;
}

/**
 * Takes the TPM's keys and returns a credential that only the TPM with both keys can open. The same EK may start again,
 * with another AK, until it is activated.
 *
 * @throws Refusal UNAUTHENTICATED for a token that is not valid, and for an EK that is banned.
 * @throws UserErrors INVALID for unsuitable keys or another EK, ALREADY_EXISTS for keys of another agent.
 */
export async function enrollAgent(context: Context, input: EnrollAgent) {
  return auditingBans(context, agentEnroll.name, async (act) => {
    const view = await lockEnrollment(act, input.enrollmentToken);
    const { ek, ak } = readKeys(input);
    const keys = { ekFingerprint: keyFingerprint(ek), akName: Buffer.from(ak.name).toString('base64') };
    const known = view.record.ekFingerprint;
    if (known !== null && known !== keys.ekFingerprint) {
      throw invalid('This enrollment began with another endorsement key.', 'endorsementKey');
    }
    await refuseBanned(act, view, keys.ekFingerprint);
    if (await areKeysTaken(act.tx, view.agent.id, keys)) {
      throw alreadyExists('Another agent is enrolled with these keys.', 'endorsementKey');
    }
    // 32 bytes: ActivateCredential returns at most the size of the EK's name digest, and SHA-256 is the smallest.
    const secret = randomSecret();
    await updateRecord(act.tx, view.agent.id, {
      ...keys,
      ekPublic: input.endorsementKey,
      akPublic: input.attestationKey,
      activationSecretHash: hashSecret(secret),
    });
    await act.audit({ action: 'agent.enrollment_begun', ...aboutAgent(view), details: { ek: keys.ekFingerprint } });
    const { credentialBlob, encryptedSecret } = makeCredential(ek, ak.name, secret);
    return {
      agentId: view.agent.id,
      credentialBlob: Buffer.from(credentialBlob).toString('base64'),
      encryptedSecret: Buffer.from(encryptedSecret).toString('base64'),
    };
  });
}

export interface ActivateAgent {
  readonly enrollmentToken: string;
  readonly secret: string;
}

/**
 * Completes an enrollment: knowing the secret proves that both keys are in one TPM. The token is used up.
 * @throws Refusal UNAUTHENTICATED for a wrong token or secret, and when another agent took the keys meanwhile.
 */
export async function activateAgent(context: Context, input: ActivateAgent) {
  return auditingBans(context, agentActivate.name, async (act) => {
    const view = await lockEnrollment(act, input.enrollmentToken);
    const secret = decodeBase64(input.secret);
    if (secret === null || !isSecret(secret, view.record.activationSecretHash)) throw refused();
    if (view.record.ekFingerprint !== null) await refuseBanned(act, view, view.record.ekFingerprint);
    const { id } = view.agent;
    await moveTrust(act, view, { to: 'PENDING', trustedUntil: null, cause: 'ACTIVATE' });
    await takeKeys(act, id);
    await act.audit({ action: 'agent.activated', ...aboutAgent(view), details: { to: 'PENDING' } });
    const agent = { ...view.agent, trustState: 'PENDING', trustedUntil: null };
    const expiresAt = new Date(act.now.getTime() + context.settings.agentTokenLifetimeMs);
    const issued = await issueAgentToken(act, agent, expiresAt);
    return { agentId: id, token: issued.token, expiresAt: issued.expiresAt };
  });
}

async function takeKeys({ tx }: Act, agentId: Id<'Agent'>): Promise<void> {
  try {
    await updateRecord(tx, agentId, {
      isLiving: true,
      enrollmentTokenHash: null,
      enrollmentExpiresAt: null,
      activationSecretHash: null,
    });
  } catch (error) {
    if (databaseFault(error).kind === 'unique') throw refused();
    throw error;
  }
}

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

/** An endorsement key that is banned, whoever banned it. */
class BannedKey extends Error {
  readonly view: AgentView;
  readonly ek: string;

  constructor(view: AgentView, ek: string) {
    super('the endorsement key is banned');
    this.view = view;
    this.ek = ek;
  }
}

async function refuseBanned({ tx }: Act, view: AgentView, ek: string): Promise<void> {
  if ((await findBanOfKey(tx, ek)) !== undefined) throw new BannedKey(view, ek);
}

/** Runs a step of an enrollment. The machine is told of a ban no more than of a wrong token; the audit log has it. */
async function auditingBans<T>(context: Context, policy: PolicyName, run: (act: Act) => Promise<T>): Promise<T> {
  try {
    return await mutate(context, { policy }, run);
  } catch (error) {
    if (!(error instanceof BannedKey)) throw error;
    const details = { ek: error.ek, reason: 'the endorsement key is banned' };
    await auditDenial(context, { action: 'agent.enrollment_refused', policy, ...aboutAgent(error.view), details });
    throw refused();
  }
}

const refused = () => unauthenticated('The enrollment token or the secret is not valid.');

function readKeys(input: EnrollAgent): { ek: PublicArea; ak: PublicArea } {
  const facts: UserErrorFact[] = [];
  const ek = readKey(input.endorsementKey, 'endorsementKey', endorsementKeyProblems, facts);
  const ak = readKey(input.attestationKey, 'attestationKey', attestationKeyProblems, facts);
  if (ek === null || ak === null || facts.length > 0) throw new UserErrors(facts);
  return { ek, ak };
}

function readKey(
  text: string,
  field: string,
  problemsOf: (area: PublicArea) => string[],
  facts: UserErrorFact[],
): PublicArea | null {
  const report = (message: string) => facts.push({ code: 'INVALID', message, path: [field] });
  const bytes = decodeBase64(text);
  if (bytes === null) {
    report('The key is not base64 of a plausible length.');
    return null;
  }
  try {
    const area = parsePublicArea(bytes);
    for (const problem of problemsOf(area)) report(`The key does not serve: ${problem}.`);
    return area;
  } catch (error) {
    if (!(error instanceof TpmFormatError)) throw error;
    report(error.message);
    return null;
  }
}
