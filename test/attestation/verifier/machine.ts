import assert from 'node:assert';
import { createHash } from 'node:crypto';
import { compileRuntimePolicy, parsePcrPolicy } from '../../../src/attestation/runtime-policy/index.js';
import type { HashAlgorithm } from '../../../src/attestation/tpm/index.js';
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
import {
  createSoftwareTpm,
  type QuoteRequest,
  type SoftwareTpm,
  type SoftwareTpmOptions,
} from '../../fakes/software-tpm.js';
import { extendDigest, logLine, type Measurement, sha256 } from '../ima/ima-log.js';

export const NOW = Date.UTC(2026, 0, 1);
export const BANKS: readonly HashAlgorithm[] = ['sha1', 'sha256'];
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

/** A machine with a TPM, boot measurements and a kernel that measures files. */
export class Machine {
  readonly tpm: SoftwareTpm;
  measurements: Measurement[] = [];

  constructor(options: Partial<SoftwareTpmOptions> = {}) {
    this.tpm = createSoftwareTpm({ key: 'ecc', ...options });
  }

  /** The firmware measures, then the kernel begins its log. */
  boot(bootAggregate: Partial<Measurement> = {}): this {
    for (let pcr = 0; pcr < 10; pcr += 1) {
      for (const bank of BANKS) this.tpm.extendDigest(bank, pcr, createHash(bank).update(`firmware ${pcr}`).digest());
    }
    this.measure({ path: 'boot_aggregate', digest: this.bootAggregate('sha256', 10), ...bootAggregate });
    return this;
  }

  bootAggregate(bank: HashAlgorithm, count: number): Buffer {
    const values = [
      ...this.tpm
        .readPcrs(
          bank,
          Array.from({ length: count }, (_, pcr) => pcr),
        )
        .values(),
    ];
    return createHash(bank).update(Buffer.concat(values)).digest();
  }

  measure(...measurements: (Measurement | string)[]): this {
    for (const given of measurements) {
      const measurement = typeof given === 'string' ? { path: given } : given;
      this.measurements.push(measurement);
      for (const bank of BANKS) this.tpm.extendDigest(bank, 10, extendDigest(measurement, bank));
    }
    return this;
  }

  reboot(): this {
    this.tpm.reboot();
    this.measurements = [];
    return this.boot();
  }

  log(from = 0): string {
    return this.measurements.slice(from).map(logLine).join('');
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
