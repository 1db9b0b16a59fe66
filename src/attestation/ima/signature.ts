import type { Buffer } from 'node:buffer';
import { kernelHashSize } from './templates.js';

/** What a file's signature covers, and which key made it. Parsed here, verified elsewhere. */
export interface ImaSignature {
  /**
   * FILE and VERITY: the file's digest, plain or of its fs-verity tree. EVM: its metadata, which includes its digest.
   */
  readonly over: 'FILE' | 'VERITY' | 'EVM';
  /** The kernel's name for it. */
  readonly hashAlgorithm: string;
  /** The last four bytes of the key's identifier, big-endian. */
  readonly keyId: number;
  /** RSA PKCS#1 v1.5, or ECDSA in DER, depending on the key. */
  readonly signature: Uint8Array;
}

/** A digest stored in place of a signature; it proves nothing by itself. */
export interface ImaStoredDigest {
  readonly over: 'DIGEST';
  readonly hashAlgorithm: string;
  readonly digest: Uint8Array;
}

/** IMA_XATTR_DIGEST_NG (Linux, security/integrity/integrity.h, enum evm_ima_xattr_type). */
const DIGEST_NG = 0x04;

interface SignatureType {
  readonly over: ImaSignature['over'];
  /** The only header version that the kernel accepts for this type. */
  readonly version: number;
}

/** EVM_IMA_XATTR_DIGSIG, EVM_XATTR_PORTABLE_DIGSIG (logged for files without the first), IMA_VERITY_DIGSIG. */
const SIGNATURE_TYPES: ReadonlyMap<number, SignatureType> = new Map([
  [0x03, { over: 'FILE', version: 2 }],
  [0x05, { over: 'EVM', version: 2 }],
  [0x06, { over: 'VERITY', version: 3 }],
]);

/** enum hash_algo of include/uapi/linux/hash_info.h, in its order. */
const HASH_ALGORITHMS =
  'md4 md5 sha1 rmd160 sha256 sha384 sha512 sha224 rmd128 rmd256 rmd320 wp256 wp384 wp512 tgr128 tgr160 tgr192 sm3-256 streebog256 streebog512 sha3-256 sha3-384 sha3-512'.split(
    ' ',
  );

/** Type, version, hash algorithm, key id (4), size of the signature (2, big-endian): struct signature_v2_hdr. */
const HEADER_BYTES = 9;

/**
 * Parses the `sig` field of an entry: the file's `security.ima` attribute, or a portable signature from `security.evm`.
 * Returns a sentence when it is wrong. Callers must handle the empty field of an unsigned file.
 */
export function parseImaSignature(field: Buffer): ImaSignature | ImaStoredDigest | string {
  if (field[0] === DIGEST_NG) return parseStoredDigest(field);
  const type = SIGNATURE_TYPES.get(field[0] ?? 0);
  if (type === undefined) return 'the type of the signature is not known';
  if (field[1] !== type.version) return `the version of the signature is not ${type.version}`;
  if (field.length <= HEADER_BYTES) return 'the signature ends within its header';
  const hashAlgorithm = algorithmOf(field.readUInt8(2));
  if (hashAlgorithm === undefined) return 'the hash algorithm of the signature is not known';
  const signature = field.subarray(HEADER_BYTES);
  if (signature.length !== field.readUInt16BE(7)) return 'the signature is not as long as its header says';
  return { over: type.over, hashAlgorithm, keyId: field.readUInt32BE(3), signature };
}

/** Type, hash algorithm, digest. */
function parseStoredDigest(field: Buffer): ImaStoredDigest | string {
  const hashAlgorithm = algorithmOf(field[1] ?? HASH_ALGORITHMS.length);
  if (hashAlgorithm === undefined) return 'the hash algorithm of the digest that is kept is not known';
  const digest = field.subarray(2);
  if (digest.length !== kernelHashSize(hashAlgorithm))
    return 'the digest that is kept is not of its algorithm’s length';
  return { over: 'DIGEST', hashAlgorithm, digest };
}

function algorithmOf(position: number): string | undefined {
  const name = HASH_ALGORITHMS[position];
  return name !== undefined && kernelHashSize(name) !== undefined ? name : undefined;
}
