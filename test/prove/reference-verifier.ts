import { createHash, type KeyObject, verify } from 'node:crypto';
import type { VerifyInput } from '../../src/attestation/verifier/index.js';
import { extended, type ReferenceLine, referenceLines } from './reference-log.js';

/** What the reference allows, in plain words: the same that the layers of the input say. */
export interface ReferencePolicy {
  /** Digests in hex by path; measured buffers by their name. */
  readonly files: ReadonlyMap<string, readonly string[]>;
  readonly buffers: ReadonlyMap<string, readonly string[]>;
  readonly excluded: RegExp;
}

type Pcrs = ReadonlyMap<number, Buffer>;

interface Stated {
  readonly nonce: Buffer;
  readonly clock: bigint;
  readonly resetCount: number;
  readonly restartCount: number;
  readonly pcrs: readonly number[];
  readonly digest: Buffer;
}

/**
 * Whether evidence may be accepted, decided for a second time and apart from the product, for a P-256 key and the
 * SHA-256 bank: says why not, or null. Where it is more lenient than the product, it is so about form alone.
 */
export function reasonToReject(input: VerifyInput, key: KeyObject, policy: ReferencePolicy): string | null {
  const { evidence, challenge } = input;
  const message = Buffer.from(evidence.quote.message, 'base64');
  if (!isSigned(message, Buffer.from(evidence.quote.signature, 'base64'), key)) return 'signature';
  const stated = statement(message);
  if (stated === null) return 'statement';
  if (!stated.nonce.equals(challenge.nonce)) return 'nonce';
  const pcrs = reported(evidence.quote.pcrs);
  if (pcrs === null) return 'form of PCRs';
  const asked = [...challenge.pcrs].join();
  if (stated.pcrs.join() !== asked || [...pcrs.keys()].sort((a, b) => a - b).join() !== asked) return 'selection';
  const values = stated.pcrs.map((pcr) => pcrs.get(pcr) ?? Buffer.alloc(0));
  if (!createHash('sha256').update(Buffer.concat(values)).digest().equals(stated.digest)) return 'PCR digest';
  return wentBack(stated, input) ? 'clock' : logReason(input, stated, pcrs, policy);
}

/** TPMT_SIGNATURE: ECDSA, SHA-256, r and s by their sizes. */
function isSigned(message: Buffer, signature: Buffer, key: KeyObject): boolean {
  if (signature.length < 8 || signature.readUInt32BE(0) !== 0x0018_000b) return false;
  const sEnd = 6 + signature.readUInt16BE(4);
  if (signature.length < sEnd + 2 || signature.length !== sEnd + 2 + signature.readUInt16BE(sEnd)) return false;
  const halves = [signature.subarray(6, sEnd), signature.subarray(sEnd + 2)].map((half) => {
    const significant = half.subarray(Math.max(0, half.length - 32));
    return half.length === significant.length || half.subarray(0, -32).every((byte) => byte === 0)
      ? Buffer.concat([Buffer.alloc(32 - significant.length), significant])
      : Buffer.alloc(0);
  });
  return verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, Buffer.concat(halves));
}

/** TPMS_ATTEST of a quote over one bank, read by offsets. */
function statement(message: Buffer): Stated | null {
  try {
    if (message.readUInt32BE(0) !== 0xff544347 || message.readUInt16BE(4) !== 0x8018) return null;
    const nonceAt = 8 + message.readUInt16BE(6);
    const clockAt = nonceAt + 2 + message.readUInt16BE(nonceAt);
    const listAt = clockAt + 25;
    let at = listAt + 4;
    const pcrs = new Set<number>();
    for (let left = message.readUInt32BE(listAt); left > 0; left -= 1) {
      const bitmap = message.subarray(at + 3, at + 3 + message.readUInt8(at + 2));
      const selected = Array.from({ length: bitmap.length * 8 }, (_, pcr) => pcr).filter(
        (pcr) => ((bitmap[pcr >> 3] ?? 0) >> (pcr & 7)) & 1,
      );
      if (selected.length > 0 && message.readUInt16BE(at) !== 0x000b) return null;
      for (const pcr of selected) pcrs.add(pcr);
      at += 3 + bitmap.length;
    }
    if (at + 2 + message.readUInt16BE(at) !== message.length) return null;
    return {
      nonce: message.subarray(nonceAt + 2, clockAt),
      clock: message.readBigUInt64BE(clockAt),
      resetCount: message.readUInt32BE(clockAt + 8),
      restartCount: message.readUInt32BE(clockAt + 12),
      pcrs: [...pcrs].sort((a, b) => a - b),
      digest: message.subarray(at + 2),
    };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function reported(text: string): Pcrs | null {
  try {
    const banks: Record<string, Record<string, string>> = JSON.parse(text);
    const named = Object.entries(banks).filter(([, bank]) => Object.keys(bank).length > 0);
    const [only] = named;
    if (named.length !== 1 || only?.[0] !== 'sha256') return null;
    const values = Object.entries(only[1]).map(([pcr, hex]) => [Number(pcr), Buffer.from(hex, 'hex')] as const);
    return values.every(([, value]) => value.length === 32) ? new Map(values) : null;
  } catch {
    return null;
  }
}

function wentBack(stated: Stated, { previous }: VerifyInput): boolean {
  if (previous === null) return false;
  const boot = stated.resetCount - previous.resetCount || stated.restartCount - previous.restartCount;
  return boot < 0 || (boot === 0 && stated.clock < BigInt(previous.clock));
}

/** The log has to lead from a value that was attested before, or from nothing, to PCR 10, over allowed entries alone. */
function logReason(input: VerifyInput, stated: Stated, pcrs: Pcrs, policy: ReferencePolicy): string | null {
  const { evidence, challenge, previous } = input;
  const offset = evidence.imaOffset ?? challenge.imaOffset;
  const isSameBoot = stated.resetCount === previous?.resetCount && stated.restartCount === previous.restartCount;
  if (offset !== 0 && !(isSameBoot && offset === previous.ima?.offset)) return 'offset';
  const start = offset === 0 ? Buffer.alloc(32) : Buffer.from(previous?.ima?.pcrs.sha256 ?? '', 'hex');
  const lines = referenceLines(Buffer.from(evidence.imaLog ?? ''));
  if (offset === 0 && !isBootAggregate(lines[0])) return 'beginning of the log';
  const values: Buffer[] = [start];
  for (const line of lines) values.push(extended(values.at(-1) ?? start, line));
  const attested = values.findIndex((value) => value.equals(pcrs.get(10) ?? Buffer.alloc(0)));
  if (attested < 0) return 'PCR 10';
  if (isSameBoot && offset + attested < (previous.ima?.total ?? 0)) return 'progress';
  return lines.every((line) => isAllowed(line, pcrs, policy)) ? null : 'an entry';
}

function isBootAggregate(line: ReferenceLine | undefined): boolean {
  return line?.kind === 'ENTRY' && line.buffer === null && line.name.equals(Buffer.from('boot_aggregate'));
}

function isAllowed(line: ReferenceLine, pcrs: Pcrs, { files, buffers, excluded }: ReferencePolicy): boolean {
  // A violation alone is a warning.
  if (line.kind !== 'ENTRY') return line.kind === 'VIOLATION';
  if (!line.isTemplateHashRight) return false;
  const { name, algorithm, digest, isFileDigest, buffer } = line;
  const path = name.toString('utf8');
  const hex = digest.toString('hex');
  const isSha = /^sha(1|256|384|512)$/.test(algorithm);
  const isListed = (list: typeof files) => name.equals(Buffer.from(path)) && list.get(path)?.includes(hex) === true;
  if (buffer !== null) {
    const isBuffer = isSha && createHash(algorithm).update(buffer).digest('hex') === hex;
    return isBuffer && (isListed(buffers) || excluded.test(path));
  }
  if (isBootAggregate(line)) return isSha && isFileDigest && aggregates(algorithm, pcrs).includes(hex);
  return (isFileDigest && isSha && isListed(files)) || excluded.test(path);
}

function aggregates(algorithm: string, pcrs: Pcrs): string[] {
  return [8, 10].map((count) => {
    const values = Array.from({ length: count }, (_, pcr) => pcrs.get(pcr) ?? Buffer.alloc(0));
    return createHash(algorithm).update(Buffer.concat(values)).digest('hex');
  });
}
