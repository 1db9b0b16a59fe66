import { createHash } from 'node:crypto';
import type { HashAlgorithm } from '../../attestation/tpm/index.js';

/** One measurement, as the kernel would make it. */
export interface Measurement {
  readonly path: string;
  /** The file's digest under `algorithm`; by default that of the path. */
  readonly digest?: Uint8Array;
  readonly algorithm?: string;
  readonly template?: 'ima' | 'ima-ng' | 'ima-ngv2' | 'ima-sig' | 'ima-sigv2' | 'ima-buf';
  /** `verity` for the templates of version 2. */
  readonly digestType?: 'ima' | 'verity';
  /** Signature, or buffer of `ima-buf`. */
  readonly last?: Uint8Array;
  readonly isViolation?: boolean;
}

export const sha256 = (content: string | Uint8Array): Buffer => createHash('sha256').update(content).digest();
export const sha1 = (content: string | Uint8Array): Buffer => createHash('sha1').update(content).digest();

function field(...parts: (string | Uint8Array)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(content.length);
  return Buffer.concat([length, content]);
}

/** What the kernel hashes for an entry (Documentation/security/IMA-templates). */
export function templateData(measurement: Measurement): Buffer {
  const { path, algorithm = 'sha256', template = 'ima-ng', digestType = 'ima', last = '' } = measurement;
  const digest = measurement.digest ?? sha256(path);
  if (template === 'ima')
    return Buffer.concat([digest, Buffer.from(path), Buffer.alloc(256 - Buffer.byteLength(path))]);
  const type = template.endsWith('v2') ? `${digestType}:` : '';
  const fields = [field(`${type}${algorithm}:\0`, digest), field(path, '\0')];
  if (!template.startsWith('ima-ng')) fields.push(field(last));
  return Buffer.concat(fields);
}

/** The entry's line in `ascii_runtime_measurements`. */
export function logLine(measurement: Measurement): string {
  const { path, algorithm = 'sha256', template = 'ima-ng', digestType = 'ima', last, isViolation } = measurement;
  const printed = isViolation ? '0'.repeat(40) : sha1(templateData(measurement)).toString('hex');
  const digest = Buffer.from(measurement.digest ?? sha256(path));
  const hex = (isViolation ? Buffer.alloc(digest.length) : digest).toString('hex');
  const type = template.endsWith('v2') ? `${digestType}:` : '';
  const name = template === 'ima' ? '' : `${type}${algorithm}:`;
  const tail = template.startsWith('ima-ng') || template === 'ima' ? '' : ` ${Buffer.from(last ?? '').toString('hex')}`;
  return `10 ${printed} ${template} ${name}${hex} ${path}${tail}\n`;
}

/** What the kernel extends PCR 10 of a bank with. */
export function extendDigest(measurement: Measurement, bank: HashAlgorithm): Buffer {
  const digest = createHash(bank).update(templateData(measurement)).digest();
  return measurement.isViolation ? Buffer.alloc(digest.length, 0xff) : digest;
}
