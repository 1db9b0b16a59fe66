import { createHash } from 'node:crypto';

/** One line of a log as the reference reads it. */
export type ReferenceLine =
  | { readonly kind: 'MALFORMED' }
  | { readonly kind: 'VIOLATION'; readonly name: Buffer }
  | {
      readonly kind: 'ENTRY';
      readonly name: Buffer;
      readonly algorithm: string;
      readonly digest: Buffer;
      readonly isFileDigest: boolean;
      /** The buffer of an `ima-buf` entry. */
      readonly buffer: Buffer | null;
      readonly data: Buffer;
      readonly isTemplateHashRight: boolean;
    };

const BYTES: Readonly<Record<string, number>> = {
  ...{ md5: 16, sha1: 20, rmd160: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64, sm3: 32, 'sm3-256': 32 },
  ...{ streebog256: 32, streebog512: 64, wp512: 64, 'sha3-256': 32, 'sha3-384': 48, 'sha3-512': 64 },
};
const BY_DIGITS: Readonly<Record<number, string>> = { 40: 'sha1', 64: 'sha256', 96: 'sha384', 128: 'sha512' };
const MALFORMED = { kind: 'MALFORMED' } as const;

/**
 * Reads a log for the second time, apart from the product: by regular expressions on whole lines, from the kernel's
 * documentation of the templates, with no care for speed. Bytes are held as latin1 text.
 */
export function referenceLines(log: Uint8Array): ReferenceLine[] {
  const lines = Buffer.from(log).toString('latin1').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map(readLine);
}

function readLine(line: string): ReferenceLine {
  const head = /^10 ([^ ]*) (ima|ima-ng|ima-ngv2|ima-sig|ima-sigv2|ima-buf) (.*)$/s.exec(line);
  const [, templateHash = '', template = '', rest = ''] = head ?? [];
  const hashName = BY_DIGITS[templateHash.length];
  if (head === null || hashName === undefined) return MALFORMED;
  if (/^0+$/.test(templateHash)) return readViolation(template, rest);
  const entry = readEntry(template, rest);
  if (entry === null) return MALFORMED;
  const isTemplateHashRight = createHash(hashName).update(entry.data).digest('hex') === templateHash;
  return { kind: 'ENTRY', ...entry, isTemplateHashRight };
}

/** As an entry whose digest is zeros, of which older kernels print as many as SHA-1 has. */
function readViolation(template: string, rest: string): ReferenceLine {
  const whole = rest.replace(/^([^ ]*:)0{40} /, (_, prefix: string) => {
    const algorithm = prefix.split(':').at(-2) ?? '';
    return `${prefix}${'00'.repeat(Object.hasOwn(BYTES, algorithm) ? (BYTES[algorithm] ?? 0) : 0)} `;
  });
  const entry = readEntry(template, whole);
  if (entry === null || entry.digest.some((byte) => byte !== 0)) return MALFORMED;
  return { kind: 'VIOLATION', name: entry.name };
}

const hasLastField = (template: string) => !/^ima(-ng|-ngv2)?$/.test(template);

function readEntry(template: string, rest: string) {
  if (template === 'ima') return readLegacy(rest);
  const parts = template.endsWith('v2') ? /^((ima|verity):([^: ]*):)([0-9a-f]*) ([^\0]*)$/s.exec(rest) : ngParts(rest);
  if (parts === null) return null;
  const [, prefix = '', type = '', algorithm = '', hex = '', tail = ''] = parts;
  const size = Object.hasOwn(BYTES, algorithm) ? BYTES[algorithm] : undefined;
  if (size === undefined || hex.length !== 2 * size) return null;
  const lastAt = hasLastField(template) ? tail.lastIndexOf(' ') : tail.length;
  const name = Buffer.from(tail.slice(0, Math.max(0, lastAt)), 'latin1');
  const last = tail.slice(lastAt + 1);
  if (name.length === 0 || !/^([0-9a-f]{2})*$/.test(last)) return null;
  if (template.startsWith('ima-sig') && !/^$/.test(last) && !isSignature(last)) return null;
  const digest = Buffer.from(hex, 'hex');
  const fields = [field(Buffer.from(`${prefix}\0`), digest), field(name, Buffer.from('\0'))];
  if (hasLastField(template)) fields.push(field(Buffer.from(last, 'hex')));
  const buffer = template === 'ima-buf' ? Buffer.from(last, 'hex') : null;
  return { name, algorithm, digest, isFileDigest: type !== 'verity', buffer, data: Buffer.concat(fields) };
}

/** The kernel's numbers of hash algorithms, in hex, as far as their digests' sizes are known. */
const BY_NUMBER: Readonly<Record<string, number>> = {
  ...{ '01': 16, '02': 20, '03': 20, '04': 32, '05': 48, '06': 64, '07': 28, '0d': 64, '11': 32 },
  ...{ '12': 32, '13': 64, '14': 32, '15': 48, '16': 64 },
};

/** A header and as many bytes as it says; or a digest that was kept in a signature's place. */
function isSignature(hex: string): boolean {
  const [, algorithm = '', size = '', signature = ''] = /^(?:0302|0502|0603)(..).{8}(.{4})(.+)$/.exec(hex) ?? [];
  if (Object.hasOwn(BY_NUMBER, algorithm)) return signature.length === 2 * Number.parseInt(size, 16);
  const [, kept = '', digest = ''] = /^04(..)(.*)$/.exec(hex) ?? [];
  return Object.hasOwn(BY_NUMBER, kept) && digest.length === 2 * (BY_NUMBER[kept] ?? 0);
}

/** `algorithm:hex name…`, in the places in which the second version has its parts. */
function ngParts(rest: string): readonly (string | undefined)[] | null {
  const parts = /^([^: ]*):([0-9a-f]*) ([^\0]*)$/s.exec(rest);
  return parts && [parts[0], `${parts[1]}:`, 'ima', parts[1], parts[2], parts[3]];
}

function readLegacy(rest: string) {
  const [, hex = '', name = ''] = /^([0-9a-f]{40}) ([^\0]{1,255})$/s.exec(rest) ?? [];
  if (hex === '') return null;
  const digest = Buffer.from(hex, 'hex');
  const padded = Buffer.alloc(256);
  padded.write(name, 'latin1');
  const data = Buffer.concat([digest, padded]);
  return { name: Buffer.from(name, 'latin1'), algorithm: 'sha1', digest, isFileDigest: true, buffer: null, data };
}

function field(...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(content.length);
  return Buffer.concat([length, content]);
}

/** PCR 10 of the SHA-256 bank after a line. */
export function extended(pcr: Buffer, line: ReferenceLine): Buffer {
  if (line.kind === 'MALFORMED') return pcr;
  const digest = line.kind === 'VIOLATION' ? Buffer.alloc(32, 0xff) : createHash('sha256').update(line.data).digest();
  return createHash('sha256').update(pcr).update(digest).digest();
}
