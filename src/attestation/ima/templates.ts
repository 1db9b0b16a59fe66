/**
 * Templates of the kernel's IMA log, as the fields they consist of (Linux, Documentation/security/IMA-templates).
 * `digest`: how the first field is written; `last`: what follows the name, if anything.
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

/** The template of that name, or undefined when it is not one that can be recomputed here. */
export function templateNamed(name: string): ImaTemplate | undefined {
  return BY_NAME.get(name);
}

/** Digest sizes in bytes of the hashes the kernel measures with (crypto/hash_info.c). */
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

/** What stands before the digest's hex, such as `sha256:` or `verity:sha256:`, understood once per spelling. */
export interface DigestPrefix {
  readonly algorithm: string;
  readonly size: number;
  /** A digest over a fs-verity tree says nothing about the file's content as a list has it. */
  readonly isFileDigest: boolean;
  /** The template field up to the digest: its length as u32 little-endian, the prefix, NUL. */
  readonly header: Buffer;
}

/** Understands the text before a digest, or returns the sentence that says what is wrong with it. */
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
