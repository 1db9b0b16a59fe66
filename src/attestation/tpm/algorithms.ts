/** A digest algorithm, by its name in `node:crypto`. */
export type HashAlgorithm = 'sha1' | 'sha256' | 'sha384' | 'sha512';

/** Signature schemes of TPMs that this module verifies. */
export type SignatureScheme = 'RSASSA' | 'RSAPSS' | 'ECDSA';

/** Schemes that a public area may be bound to. */
export type KeyScheme = SignatureScheme | 'RSAES' | 'OAEP' | 'ECDH';

/** Elliptic curves, by their name in JSON Web Keys. */
export type Curve = 'P-256' | 'P-384' | 'P-521';

/** Output length in bytes of each digest algorithm. */
export const DIGEST_BYTES: Readonly<Record<HashAlgorithm, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 };

/** Length in bytes of one coordinate, which is also half of an ECDSA signature. */
export const COORDINATE_BYTES: Readonly<Record<Curve, number>> = { 'P-256': 32, 'P-384': 48, 'P-521': 66 };

/** TPM_ALG_ID values (TPM 2.0 Part 2, section 6.3). */
export const ALG = {
  RSA: 0x0001,
  AES: 0x0006,
  NULL: 0x0010,
  ECC: 0x0023,
  CFB: 0x0043,
} as const;

/** TPM_ALG_ID of digest algorithms. */
export const HASH_IDS: ReadonlyMap<number, HashAlgorithm> = new Map([
  [0x0004, 'sha1'],
  [0x000b, 'sha256'],
  [0x000c, 'sha384'],
  [0x000d, 'sha512'],
]);

/** TPM_ALG_ID of asymmetric schemes. */
export const SCHEME_IDS: ReadonlyMap<number, KeyScheme> = new Map([
  [0x0014, 'RSASSA'],
  [0x0015, 'RSAES'],
  [0x0016, 'RSAPSS'],
  [0x0017, 'OAEP'],
  [0x0018, 'ECDSA'],
  [0x0019, 'ECDH'],
]);

/** TPM_ECC_CURVE (TPM 2.0 Part 2, section 6.4). */
export const CURVE_IDS: ReadonlyMap<number, Curve> = new Map([
  [0x0003, 'P-256'],
  [0x0004, 'P-384'],
  [0x0005, 'P-521'],
]);

const HASH_NAMES: ReadonlySet<string> = new Set(HASH_IDS.values());

/** Whether a name is one of the digest algorithms, with this spelling. */
export function isHashAlgorithm(name: string): name is HashAlgorithm {
  return HASH_NAMES.has(name);
}

/** The TPM_ALG_ID of a digest algorithm. */
export function hashId(hash: HashAlgorithm): number {
  for (const [id, name] of HASH_IDS) if (name === hash) return id;
  throw new RangeError(`no TPM_ALG_ID for ${hash}`);
}
