import { randomBytes } from 'node:crypto';
import {
  type AuthorizationContext,
  type Context,
  mutate,
  requireAllowed,
  requireOperation,
  type Sweep,
} from '../../authority/index.js';
import { aboutAgent } from '../../identity/agents/index.js';
import { notFound } from '../../platform/errors.js';
import { newId } from '../../platform/ids.js';
import { requireShort } from '../../platform/short-list.js';
import { findView, lockView } from '../records/index.js';
import { type HashAlgorithm, isHashAlgorithm } from '../tpm/index.js';
import { requiredPcrs, startingOffset } from '../verifier/index.js';
import { boundLayers } from './layers.js';
import { attestationBegin } from './policies.js';
import { insertChallenge, removeChallenges, voidOpenChallenge } from './repository.js';
import { attestations } from './tables.js';

export interface BeginAttestation {
  readonly hashAlgorithms?: readonly string[] | null | undefined;
}

const NONCE_BYTES = 32;
const SWEPT_AT_ONCE = 500;

/** The agent that a token stands for. */
export function ownAgentId({ actor }: AuthorizationContext): string {
  if (actor.where?.type !== 'agent') throw notFound('agent');
  return actor.where.agentId;
}

/** Opens the caller's own challenge; what must be quoted follows from what is bound, never from what the agent asks. */
export async function beginAttestation(context: Context, input: BeginAttestation) {
  requireOperation(context, attestationBegin.name);
  requireShort(input.hashAlgorithms, 'hashAlgorithms');
  const id = ownAgentId(context);
  // A list that changes between this and the transaction is seen when evidence is judged.
  const known = await findView(context.db, { id });
  if (known === undefined) throw notFound('agent');
  const { layers } = await boundLayers(context.db, known.record.allowlistId);
  return mutate(context, { policy: attestationBegin.name }, async (act) => {
    const view = await lockView(act.tx, { id });
    if (view === undefined) throw notFound('agent');
    requireAllowed(act, attestationBegin, view.agent);
    await voidOpenChallenge(act.tx, id);
    const challenge = {
      id: newId('Attestation'),
      agentId: id,
      nonce: newChallengeNonce().toString('base64'),
      pcrs: requiredPcrs(layers, view.record.tpmKind),
      hashAlgorithms: banksOf(input),
      imaOffset: startingOffset(view.record.verifierState, layers),
      state: 'OPEN' as const,
      evidenceDigest: null,
      resultId: null,
      expiresAt: new Date(act.now.getTime() + context.settings.challengeLifetimeMs),
      createdAt: act.now,
    };
    await insertChallenge(act.tx, challenge);
    const details = { attestationId: challenge.id };
    await act.audit({ action: 'attestation.begun', ...aboutAgent(view), details });
    const { nonce, pcrs, hashAlgorithms, imaOffset, expiresAt } = challenge;
    const needsImaLog = layers.some((layer) => layer.runtimePolicy !== undefined);
    return {
      challenge: { attestationId: challenge.id, nonce, pcrs, hashAlgorithms, imaOffset, needsImaLog, expiresAt },
    };
  });
}

/** What a quote has to be about: from the system's generator each time, and of nothing that is known. */
export const newChallengeNonce = (): Buffer => randomBytes(NONCE_BYTES);

/** Challenges are kept past their expiry so that evidence that is sent again gets its first result. */
export const challengeSweep: Sweep = {
  name: 'challenges',
  removes: [attestations],
  removeSome: ({ db, clock, settings }) =>
    removeChallenges(db, new Date(clock.now().getTime() - settings.challengeRetentionMs), SWEPT_AT_ONCE),
};

/** The banks to quote, of those the agent can: SHA-1 proves too little, and without any other SHA-256 is asked for. */
function banksOf({ hashAlgorithms }: BeginAttestation): HashAlgorithm[] {
  const banks = (hashAlgorithms ?? []).filter(isHashAlgorithm).filter((bank) => bank !== 'sha1');
  return banks.length === 0 ? ['sha256'] : [...new Set(banks)];
}
