/**
 * Templates of the kernel's IMA log, as lists of fields (Linux, Documentation/security/IMA-templates). `digest` is the
 * format of the first field; `last` is the field after the name, if any.
 */
export interface ImaTemplate {
  readonly name: string;
  readonly digest: 'd' | 'd-ng' | 'd-ngv2';
  readonly last: 'sig' | 'buf' | null;
}

const TEMPLATES: readonly ImaTemplate[] = [
  { name: 'ima', digest: 'd', last: null },
  { name: 'ima-ng', digest: 'd-ng', last: null },
  { name: 'ima-ngv2', digest: 'd-ngv2', last: null },
  { name: 'ima-sig', digest: 'd-ng', last: 'sig' },
  { name: 'ima-sigv2', digest: 'd-ngv2', last: 'sig' },
  { name: 'ima-buf', digest: 'd-ng', last: 'buf' },
];

const BY_NAME: ReadonlyMap<string, ImaTemplate> = new Map(TEMPLATES.map((template) => [template.name, template]));

/** The template of this name; undefined when its data cannot be recomputed here. */
export function templateNamed(name: string): ImaTemplate | undefined {
  return BY_NAME.get(name);
}

/** Digest sizes in bytes of the hashes that the kernel measures with (crypto/hash_info.c). */
const KERNEL_HASH_SIZES: ReadonlyMap<string, number> = new Map([
  ['md5', 16],
  ['sha1', 20],
  ['rmd160', 20],
  ['sha224', 28],
  ['sha256', 32],
  ['sha384', 48],
  ['sha512', 64],
  ['sm3', 32],
  ['sm3-256', 32],
  ['streebog256', 32],
  ['streebog512', 64],
  ['wp512', 64],
  ['sha3-256', 32],
  ['sha3-384', 48],
  ['sha3-512', 64],
]);

/** The size of a digest in bytes; undefined for an algorithm that the kernel does not measure with. */
export function kernelHashSize(algorithm: string): number | undefined {
  return KERNEL_HASH_SIZES.get(algorithm);
}

/** The text before the digest's hex, for example `sha256:` or `verity:sha256:`, parsed once per spelling. */
export interface DigestPrefix {
  readonly algorithm: string;
  readonly size: number;
  /** False for the digest of an fs-verity tree: lists have digests of the file's content. */
  readonly isFileDigest: boolean;
  /** The template field up to the digest: its length as u32 little-endian, the prefix, NUL. */
  readonly header: Buffer;
}

/** Parses the text before a digest, or returns a sentence when it is wrong. */
export function parseDigestPrefix(prefix: string, field: ImaTemplate['digest']): DigestPrefix | string {
  if (field === 'd') {
    if (prefix !== '') return 'the digest of this template has no algorithm';
    return { algorithm: 'sha1', size: 20, isFileDigest: true, header: Buffer.alloc(0) };
  }
  const parts = prefix.split(':');
  const type = field === 'd-ngv2' ? parts.shift() : 'ima';
  const [algorithm = '', rest, ...others] = parts;
  if (rest !== '' || others.length > 0) return 'expected an algorithm and a colon before the digest';
  if (type !== 'ima' && type !== 'verity') return 'the type of the digest is neither ima nor verity';
  const size = kernelHashSize(algorithm);
  if (size === undefined) return 'the algorithm of the digest is not known';
  const header = Buffer.alloc(4 + prefix.length + 1);
  header.writeUInt32LE(prefix.length + 1 + size, 0);
  header.write(prefix, 4, 'latin1');
  return { algorithm, size, isFileDigest: type === 'ima', header };
}
