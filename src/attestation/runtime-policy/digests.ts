import type { HashAlgorithm } from '../tpm/index.js';

/** The longest digest in a list or a log, in bytes (SHA-512). */
export const MAX_DIGEST_BYTES = 64;

const ALGORITHMS: ReadonlyMap<string, number> = new Map([
  ['sha1', 20],
  ['sha256', 32],
  ['sha384', 48],
  ['sha512', 64],
]);

const BY_SIZE: ReadonlyMap<number, HashAlgorithm> = new Map([
  [20, 'sha1'],
  [32, 'sha256'],
  [48, 'sha384'],
  [64, 'sha512'],
]);

/** The size of a digest in bytes, or 0 for an algorithm that lists cannot name. */
export function digestSize(algorithm: string): number {
  return ALGORITHMS.get(algorithm) ?? 0;
}

/** The algorithm of a digest without a name, by its size: 20, 32, 48 or 64 bytes. */
export function algorithmOfSize(bytes: number): HashAlgorithm | undefined {
  return BY_SIZE.get(bytes);
}

const NOT_HEX = 0xff;

function hexValues(alphabets: readonly string[]): Uint8Array {
  const values = new Uint8Array(256).fill(NOT_HEX);
  for (const alphabet of alphabets) {
    for (let value = 0; value < alphabet.length; value += 1) values[alphabet.charCodeAt(value)] = value;
  }
  return values;
}

const ANY_CASE = hexValues(['0123456789abcdef', '0123456789ABCDEF']);
const LOWER_CASE = hexValues(['0123456789abcdef']);

/**
 * Decodes the hex text `source[start..end)` into `target` at `at`, without creating objects. Returns the number of
 * bytes, or -1 when a character is not hex or the length is odd.
 */
export function decodeHex(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
  letterCase: 'any' | 'lower' = 'any',
): number {
  if (((end - start) & 1) !== 0) return -1;
  const values = letterCase === 'any' ? ANY_CASE : LOWER_CASE;
  let to = at;
  for (let from = start; from < end; from += 2) {
    const high = values[source[from] as number] as number;
    const low = values[source[from + 1] as number] as number;
    // Characters other than hex have the value 0xff; hex digits have at most 15.
    if ((high | low) > 15) return -1;
    target[to] = (high << 4) | low;
    to += 1;
  }
  return to - at;
}

const PREFIX = /^(sha1|sha256|sha384|sha512):/;
const LONGEST_PREFIX = 'sha256:'.length;

/**
 * Reads a listed digest, `<hex>` or `<algorithm>:<hex>`, from bytes into `target`. Returns its size in bytes, or a
 * sentence when it is wrong.
 */
export function parseListedDigest(source: Buffer, start: number, end: number, target: Uint8Array): number | string {
  // 's' is not hex, so only digests that name their algorithm pay for reading the name.
  const name =
    source[start] === 0x73
      ? PREFIX.exec(source.toString('latin1', start, Math.min(end, start + LONGEST_PREFIX)))?.[1]
      : undefined;
  const from = name === undefined ? start : start + name.length + 1;
  const length = end - from;
  if (length > 2 * MAX_DIGEST_BYTES) return `a digest has at most ${2 * MAX_DIGEST_BYTES} hex digits`;
  const size = decodeHex(source, from, end, target, 0);
  if (size < 0) return 'the digest is not hex';
  if (!BY_SIZE.has(size))
    return `a digest of ${length} hex digits is none of SHA-1 (40), SHA-256 (64), SHA-384 (96), SHA-512 (128)`;
  if (name !== undefined && digestSize(name) !== size) return `${length} hex digits are not a ${name} digest`;
  return size;
}
