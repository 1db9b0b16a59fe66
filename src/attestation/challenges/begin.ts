import { randomBytes } from 'node:crypto';
import {
  type Context,
  type ObserveAct,
  observe,
  requireAllowed,
  requireOperation,
  type Sweep,
} from '../../authority/index.js';
import { newId } from '../../platform/ids.js';
import { requireShort } from '../../platform/short-list.js';
import { type AgentView, lockViewById } from '../records/index.js';
import { type HashAlgorithm, isHashAlgorithm } from '../tpm/index.js';
import { requiredPcrs, startingOffset } from '../verifier/index.js';
import { type Bound, boundLayers } from './layers.js';
import { attestationBegin } from './policies.js';
import { insertChallenge, removeChallenges, voidOpenChallenge } from './repository.js';
import { attestations, type ChallengeRow } from './tables.js';

export interface BeginAttestation {
  readonly hashAlgorithms?: readonly string[] | null | undefined;
}

const NONCE_BYTES = 32;
const SWEPT_AT_ONCE = 500;

/** Opens the caller's own challenge. The bound allowlist decides what the agent must quote, never its request. */
export async function beginAttestation(context: Context, input: BeginAttestation) {
  requireOperation(context, attestationBegin.name);
  requireShort(input.hashAlgorithms, 'hashAlgorithms');
  return observe(context, { policy: attestationBegin.name, lock: lockViewById }, async (act) => {
    const { agent, record } = act.row;
    requireAllowed(act, attestationBegin, agent);
    // A list that changes after this is seen when evidence is judged.
    const { layers } = await boundLayers(act.tx, record.allowlistId);
    await voidOpenChallenge(act.tx, agent.id);
    const challenge = challengeFor(act, layers, input);
    await insertChallenge(act.tx, challenge);
    const { nonce, pcrs, hashAlgorithms, imaOffset, expiresAt } = challenge;
    const needsImaLog = layers.some((layer) => layer.runtimePolicy !== undefined);
    return {
      challenge: { attestationId: challenge.id, nonce, pcrs, hashAlgorithms, imaOffset, needsImaLog, expiresAt },
    };
  });
}

function challengeFor(
  { row: { agent, record }, now, context: { settings } }: ObserveAct<AgentView>,
  layers: Bound['layers'],
  input: BeginAttestation,
): ChallengeRow {
  return {
    id: newId('Attestation'),
    agentId: agent.id,
    nonce: newChallengeNonce().toString('base64'),
    pcrs: requiredPcrs(layers, record.tpmKind),
    hashAlgorithms: banksOf(input),
    imaOffset: startingOffset(record.verifierState, layers),
    state: 'OPEN',
    evidenceDigest: null,
    resultId: null,
    expiresAt: new Date(now.getTime() + settings.challengeLifetimeMs),
    createdAt: now,
  };
}

/** A nonce for a quote: fresh bytes of the system's random generator. */
export const newChallengeNonce = (): Buffer => randomBytes(NONCE_BYTES);

/** Challenges are kept past their expiry so that evidence that is sent again gets its first result. */
export const challengeSweep: Sweep = {
  name: 'challenges',
  removes: [attestations],
  removeSome: ({ db, clock, settings }) =>
    removeChallenges(db, new Date(clock.now().getTime() - settings.challengeRetentionMs), SWEPT_AT_ONCE),
};

/** The PCR banks to quote, of those that the agent offers: never SHA-1, and SHA-256 when no other is left. */
function banksOf({ hashAlgorithms }: BeginAttestation): HashAlgorithm[] {
  const banks = (hashAlgorithms ?? []).filter(isHashAlgorithm).filter((bank) => bank !== 'sha1');
  return banks.length === 0 ? ['sha256'] : [...new Set(banks)];
}
