import {
  type Context,
  requireAllowed,
  requireOperation,
  requireSoundClock,
  type Services,
} from '../../authority/index.js';
import { unauthenticated } from '../../platform/errors.js';
import { requireShort } from '../../platform/short-list.js';
import { type HashAlgorithm, isHashAlgorithm } from '../tpm/index.js';
import { requiredPcrs, startingOffset } from '../verifier/index.js';
import { makeChallenge } from './challenge.js';
import { attestationBegin } from './policies.js';
import { findJudged } from './repository.js';

export interface BeginAttestation {
  readonly hashAlgorithms?: readonly string[] | null | undefined;
}

/** The key of challenges: who has it can make one, and so choose the nonce of a quote in advance. */
export const challengeKey = ({ keyFor }: Pick<Services, 'keyFor'>): Promise<Uint8Array> =>
  keyFor('attestation challenges');

/**
 * Makes a challenge for the calling agent, and writes nothing. The bound allowlist decides what the agent must quote,
 * never its request. A list that changes after this is seen when evidence is judged.
 *
 * @throws Refusal UNAVAILABLE while the clocks are too far apart.
 */
export async function beginAttestation(context: Context, input: BeginAttestation) {
  requireOperation(context, attestationBegin.name);
  requireShort(input.hashAlgorithms, 'hashAlgorithms');
  // The end of the challenge is by this clock, and other replicas honour it.
  requireSoundClock(context);
  const { where } = context.actor;
  const found = where?.type === 'agent' ? await findJudged(context.db, where.agentId) : undefined;
  if (found === undefined) throw unauthenticated();
  const { view, bound } = found;
  requireAllowed(context, attestationBegin, view.agent);
  const { record } = view;
  const challenge = makeChallenge(await challengeKey(context), view.agent.id, {
    number: record.challengeNumber,
    expiresAt: new Date(context.clock.now().getTime() + context.settings.challengeLifetimeMs),
    imaOffset: startingOffset(record.verifierState, bound.layers),
    pcrs: requiredPcrs(bound.layers, record.tpmKind),
    hashAlgorithms: banksOf(input),
  });
  const { id: attestationId, nonce, pcrs, hashAlgorithms, imaOffset, expiresAt } = challenge;
  const needsImaLog = bound.layers.some((layer) => layer.runtimePolicy !== undefined);
  const asked = { pcrs, hashAlgorithms, imaOffset, needsImaLog, expiresAt };
  return { challenge: { attestationId, nonce: nonce.toString('base64'), ...asked } };
}

/** The PCR banks to quote, of those that the agent offers: never SHA-1, and SHA-256 when no other is left. */
function banksOf({ hashAlgorithms }: BeginAttestation): HashAlgorithm[] {
  const banks = (hashAlgorithms ?? []).filter(isHashAlgorithm).filter((bank) => bank !== 'sha1');
  return banks.length === 0 ? ['sha256'] : [...new Set(banks)];
}
