import { createHash, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { compileRuntimePolicy } from '../../src/attestation/runtime-policy/index.js';
import { encodePcrJson, pcrDigest } from '../../src/attestation/tpm/index.js';
import { judgementFingerprint, type VerifierState, type VerifyInput } from '../../src/attestation/verifier/index.js';
import { type AttestFields, encodeAttest } from '../../src/demo/tpm/encoding.js';
import { extendDigest, logLine, type Measurement, sha256 } from '../attestation/ima/ima-log.js';
import { createSoftwareTpm } from '../fakes/software-tpm.js';
import { softwareKey } from '../fakes/software-tpm-keys.js';
import { mutateBytes, mutateList, mutateText } from './mutate.js';
import type { ReferencePolicy } from './reference-verifier.js';
import type { Random } from './walk.js';

const NOW = Date.UTC(2026, 0, 1);
const PCRS = Array.from({ length: 11 }, (_, pcr) => pcr);
const FILES = ['/usr/bin/bash', '/usr/lib/libc.so.6', '/usr/sbin/sshd', '/usr/bin/ü mit Leerzeichen'];
const CERTIFICATE = new X509Certificate(readFileSync(new URL('../fixtures/tls/certificate-1.pem', import.meta.url)))
  .raw;
const COMMAND_LINE = Buffer.from('root=/dev/sda1 ro');
const listed = (name: string, content: Uint8Array) => [name, [sha256(content).toString('hex')]] as const;

const files = new Map(FILES.map((path) => listed(path, Buffer.from(path))));
const keyring = listed('.ima', CERTIFICATE);
const commandLine = listed('kexec-cmdline', COMMAND_LINE);
const runtimePolicy = compileRuntimePolicy(
  Buffer.from(
    JSON.stringify({
      digests: Object.fromEntries(files),
      excludes: ['/tmp/'],
      keyrings: Object.fromEntries([keyring]),
      'ima-buf': Object.fromEntries([commandLine]),
    }),
  ),
);
const policies = [{ name: 'base', fingerprint: 'r1', runtimePolicy }];

export const POLICY: ReferencePolicy = { files, buffers: new Map([keyring, commandLine]), excluded: /^\/tmp\// };
export const KEY: KeyObject = softwareKey('ecc', 'ak', 1);
const tpm = createSoftwareTpm({ key: 'ecc' });
const nonce = sha256('nonce');
const boot = new Map(PCRS.slice(0, 10).map((pcr) => [pcr, sha256(`firmware ${pcr}`)] as [number, Buffer]));
const bootAggregate: Measurement = {
  path: 'boot_aggregate',
  digest: createHash('sha256')
    .update(Buffer.concat([...boot.values()]))
    .digest(),
};
const HONEST: readonly Measurement[] = [
  bootAggregate,
  ...FILES.map((path) => ({ path })),
  { path: '/usr/bin/bash', template: 'ima-sig', last: Buffer.from('030204a1b2c3d40003303132', 'hex') },
  { path: '/tmp/anything', digest: sha256('anything') },
  { path: '.ima', template: 'ima-buf', digest: sha256(CERTIFICATE), last: CERTIFICATE },
  { path: 'kexec-cmdline', template: 'ima-buf', digest: sha256(COMMAND_LINE), last: COMMAND_LINE },
];

const pcr10 = (measurements: readonly Measurement[], from: Buffer = Buffer.alloc(32)): Buffer =>
  measurements.reduce<Buffer>(
    (pcr, measured) => createHash('sha256').update(pcr).update(extendDigest(measured, 'sha256')).digest(),
    from,
  );
const logOf = (measurements: readonly Measurement[]) => measurements.map(logLine).join('');

/** What was accepted after the first `offset` entries. */
function accepted(offset: number): VerifierState {
  const pcrs = { sha256: pcr10(HONEST.slice(0, offset)).toString('hex') };
  const ima = { offset, pcrs, fingerprint: judgementFingerprint(policies, {}) };
  return { resetCount: 1, restartCount: 0, clock: '1000', ima };
}

/** A quote over these PCRs as the enrolled TPM would sign it, with the fields that a case falsifies. */
function quote(banks: Map<number, Buffer>, falsified: Partial<AttestFields> = {}): Buffer {
  const selections = [{ hash: 'sha256' as const, pcrs: PCRS }];
  return encodeAttest({
    magic: 0xff544347,
    type: 0x8018,
    qualifiedSigner: sha256('signer'),
    extraData: nonce,
    clock: 2000n,
    resetCount: 1,
    restartCount: 0,
    safe: true,
    firmwareVersion: 1n,
    selections,
    pcrDigest: pcrDigest('sha256', selections, new Map([['sha256', banks]])),
    ...falsified,
  });
}

interface Parts {
  readonly message: Buffer;
  readonly signature: Buffer;
  readonly pcrs: string;
  readonly imaLog: string | Buffer;
  readonly imaOffset?: number;
  readonly previous: VerifierState | null;
}

function inputOf({ message, signature, pcrs, imaLog, imaOffset, previous }: Parts): VerifyInput {
  const [text, signed] = [message.toString('base64'), signature.toString('base64')];
  return {
    evidence: { quote: { message: text, signature: signed, pcrs }, imaLog, imaOffset },
    challenge: {
      nonce,
      pcrs: PCRS,
      hashAlgorithms: ['sha256'],
      imaOffset: previous?.ima?.offset ?? 0,
      expiresAt: NOW + 60_000,
      isUsed: false,
    },
    enrolment: { attestationKey: tpm.akPublic, tpmKind: 'PHYSICAL' },
    policies,
    previous,
    now: NOW,
  };
}

function honestParts(measurements: readonly Measurement[], previous: VerifierState | null = null): Parts {
  const banks = new Map([...boot, [10, pcr10(measurements)] as const]);
  const message = quote(banks);
  const pcrs = encodePcrJson(new Map([['sha256', banks]]));
  return {
    message,
    signature: tpm.sign(message),
    pcrs,
    imaLog: logOf(measurements.slice(previous?.ima?.offset ?? 0)),
    previous,
  };
}

const CONTINUED = [0, 3, HONEST.length].map((offset) => honestParts(HONEST, offset === 0 ? null : accepted(offset)));

/** Evidence as it should be: what every case begins with. */
export const honest = () => CONTINUED.map(inputOf);

/** Bytes of the quote, of its signature or of the PCRs' text are changed, and nothing is signed again. */
function unsigned(random: Random): Parts {
  const parts = random.pick(CONTINUED);
  const which = random.below(3);
  if (which === 0) return { ...parts, message: mutateBytes(random, parts.message) };
  if (which === 1) return { ...parts, signature: mutateBytes(random, parts.signature) };
  return { ...parts, pcrs: mutateText(random, parts.pcrs) };
}

/** The quote is changed, field by field or anywhere, and signed again by the enrolled key. */
function signedAgain(random: Random): Parts {
  const parts = random.pick(CONTINUED);
  const banks = new Map([...boot, [10, pcr10(HONEST)] as const]);
  if (random.chance(0.3)) banks.set(random.below(12), random.bytes(32));
  const falsified = random.pick<() => Partial<AttestFields>>([
    () => ({}),
    () => ({ extraData: mutateBytes(random, nonce) }),
    () => ({ clock: BigInt(random.below(3000)), resetCount: random.below(3), restartCount: random.below(3) }),
    () => ({ pcrDigest: random.bytes(32) }),
    () => ({ selections: [{ hash: 'sha256', pcrs: mutateList(random, PCRS, () => random.below(24)) }] }),
    () => ({ selections: [{ hash: random.pick(['sha1', 'sha384', 'sha256'] as const), pcrs: PCRS }] }),
    () => ({ safe: false, firmwareVersion: BigInt(random.below(100)), qualifiedSigner: random.bytes(34) }),
  ])();
  const stated = quote(banks, falsified);
  const message = random.chance(0.3) ? mutateBytes(random, stated) : stated;
  const pcrs = random.chance(0.5) ? encodePcrJson(new Map([['sha256', banks]])) : parts.pcrs;
  return { ...parts, message, signature: tpm.sign(message), pcrs };
}

/** The quote stays as it is, the log beside it is changed. */
function otherLog(random: Random): Parts {
  const parts = random.pick(CONTINUED);
  const log = String(parts.imaLog);
  const imaLog = random.chance(0.5)
    ? mutateBytes(random, Buffer.from(log))
    : mutateList(random, log.split(/(?<=\n)/), (line = '') => mutateText(random, line)).join('');
  return { ...parts, imaLog, ...(random.chance(0.1) && { imaOffset: random.below(12) }) };
}

/** A measurement that another machine might have made. */
function strange(random: Random, measured: Measurement = bootAggregate): Measurement {
  return random.pick<() => Measurement>([
    () => ({ ...measured, path: mutateText(random, measured.path).replace(/[\0\n]/g, '') || '/' }),
    () => ({
      ...measured,
      digest: mutateBytes(random, Buffer.from(measured.digest ?? sha256(measured.path))).subarray(0, 32),
    }),
    () => ({ ...measured, template: random.pick(['ima-ng', 'ima-ngv2', 'ima-sig', 'ima-sigv2', 'ima-buf'] as const) }),
    () => ({ ...measured, algorithm: random.pick(['sha1', 'sm3', 'sha3-256', 'sha512', 'md5']) }),
    () => ({ ...measured, template: 'ima-ngv2', digestType: random.pick(['verity', 'ima'] as const) }),
    () => ({ ...measured, last: random.bytes(random.below(40)) }),
    () => ({ ...measured, isViolation: true }),
    () => ({ path: random.pick(FILES), digest: sha256(random.pick(FILES)) }),
    () => ({ path: `/tmp/${random.below(9)}`, digest: random.bytes(32) }),
  ])();
}

/** A machine that ran other things: its log is another, its PCR 10 says so, and its TPM signs that. */
function otherMachine(random: Random): Parts {
  const previous = random.chance(0.4) ? accepted(3) : null;
  const kept = previous === null ? [] : HONEST.slice(0, 3);
  const measurements = [...kept, ...mutateList(random, HONEST.slice(kept.length), (of) => strange(random, of))];
  const parts = honestParts(measurements, previous);
  // Now and then the log runs ahead of the quote, or is touched once more.
  if (random.chance(0.1)) return { ...parts, imaLog: `${parts.imaLog}${logLine(strange(random))}` };
  return random.chance(0.1) ? { ...parts, imaLog: mutateText(random, String(parts.imaLog)) } : parts;
}

const KINDS = { unsigned, signedAgain, otherLog, otherMachine };

export function evidenceCase(random: Random): { readonly kind: keyof typeof KINDS; readonly input: VerifyInput } {
  const weighted = ['unsigned', 'signedAgain', 'signedAgain', 'otherLog', 'otherLog', 'otherMachine', 'otherMachine'];
  const kind = random.pick(weighted) as keyof typeof KINDS;
  return { kind, input: inputOf(KINDS[kind](random)) };
}
