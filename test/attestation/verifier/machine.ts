import assert from 'node:assert';
import { compileRuntimePolicy, parsePcrPolicy } from '../../../src/attestation/runtime-policy/index.js';
import {
  type Challenge,
  type Evidence,
  type FailureCode,
  type PolicyLayer,
  requiredPcrs,
  startingOffset,
  type VerificationResult,
  type VerifierRules,
  type VerifierState,
  type VerifyInput,
  verify,
  verifyQuote,
} from '../../../src/attestation/verifier/index.js';
import { MeasuredMachine } from '../../../src/demo/machines/measured-machine.js';
import { createSoftwareTpm, type QuoteRequest, type SoftwareTpmOptions } from '../../fakes/software-tpm.js';
import { sha256 } from '../ima/ima-log.js';

export const NOW = Date.UTC(2026, 0, 1);
export const FILES = ['/usr/bin/bash', '/usr/lib/libc.so.6', '/usr/sbin/sshd'];

export function runtimePolicy(paths: readonly string[], excludes: string[] = []) {
  const digests = Object.fromEntries(paths.map((path) => [path, [sha256(path).toString('hex')]]));
  return compileRuntimePolicy(Buffer.from(JSON.stringify({ digests })), excludes);
}

export function layer(parts: Partial<PolicyLayer> = {}): PolicyLayer {
  return { name: 'base', fingerprint: 'r1', ...parts };
}

export const IMA_LAYER = layer({ runtimePolicy: runtimePolicy(FILES, ['/tmp/']) });

export function pcrLayer(pcr: number, values: readonly string[]): PolicyLayer {
  return layer({ tpmPolicy: parsePcrPolicy(JSON.stringify({ [pcr]: values })) });
}

/** A machine for tests, with keys that a seed gives. */
export class Machine extends MeasuredMachine {
  constructor(options: Partial<SoftwareTpmOptions> = {}) {
    super(createSoftwareTpm({ key: 'ecc', ...options }));
  }
}

export function healthyMachine(options: Partial<SoftwareTpmOptions> = {}): Machine {
  return new Machine(options).boot().measure(...FILES);
}

export interface Story {
  readonly machine: Machine;
  readonly policies?: readonly PolicyLayer[];
  readonly previous?: VerifierState | null;
  readonly rules?: VerifierRules;
  readonly challenge?: Partial<Challenge>;
  readonly quote?: Partial<QuoteRequest>;
  readonly evidence?: Partial<Evidence>;
  readonly input?: Partial<VerifyInput>;
}

/** The whole exchange, honest unless the story says otherwise: challenge, quote, then the log. */
export function prepare(story: Story): VerifyInput {
  const { machine, policies = [IMA_LAYER], previous = null, rules = {} } = story;
  const challenge: Challenge = {
    nonce: sha256('nonce'),
    pcrs: requiredPcrs(policies, 'PHYSICAL'),
    hashAlgorithms: ['sha256'],
    imaOffset: startingOffset(previous, policies, rules),
    expiresAt: NOW + 60_000,
    isUsed: false,
    ...story.challenge,
  };
  const quote = machine.tpm.quote({ nonce: challenge.nonce, pcrs: challenge.pcrs, bank: 'sha256', ...story.quote });
  const { message, signature, pcrs } = quote;
  const evidence: Evidence = {
    quote: { message: message.toString('base64'), signature: signature.toString('base64'), pcrs },
    imaLog: machine.log(story.evidence?.imaOffset ?? challenge.imaOffset),
    ...story.evidence,
  };
  const enrolment = { attestationKey: machine.tpm.akPublic, tpmKind: 'PHYSICAL' as const };
  return { evidence, challenge, enrolment, policies, previous, now: NOW, rules, ...story.input };
}

/** Judges a story; what is said of the quote alone must be what is said of the whole. */
export function attest(story: Story): VerificationResult {
  const input = prepare(story);
  const result = verify(input);
  const settled = verifyQuote(input);
  if (settled !== null) assert.deepStrictEqual(settled, result);
  return result;
}

/** The codes of a result's failures, each once, in their order. */
export function codes(result: VerificationResult): FailureCode[] {
  return [...new Set(result.failures.map(({ code }) => code))];
}

/** The state after accepted evidence; anything else is a mistake in the story. */
export function acceptedState(result: VerificationResult): VerifierState {
  if (result.next === null) throw new Error(`rejected: ${codes(result).join(', ')}`);
  return result.next;
}
