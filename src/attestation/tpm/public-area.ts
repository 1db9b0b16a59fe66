import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import {
  ALG,
  COORDINATE_BYTES,
  CURVE_IDS,
  type Curve,
  type HashAlgorithm,
  hashId,
  type KeyScheme,
  SCHEME_IDS,
} from './algorithms.js';
import { u16, WireReader } from './wire.js';

interface BoundKey {
  readonly scheme: KeyScheme | null;
  readonly hash: HashAlgorithm | null;
  /** The key for `node:crypto`; always the same object, since using one is several times cheaper than reading a PEM. */
  toKeyObject(): KeyObject;
}

/** A public key that verifies signatures. `scheme` and `hash` are null when the key is not bound to one. */
export type VerifyingKey = BoundKey & ({ readonly type: 'RSA' } | { readonly type: 'ECC'; readonly curve: Curve });

/** Bits of TPMA_OBJECT (TPM 2.0 Part 2, section 8.3). */
const ATTRIBUTE_BITS = {
  fixedTPM: 1,
  stClear: 2,
  fixedParent: 4,
  sensitiveDataOrigin: 5,
  userWithAuth: 6,
  adminWithPolicy: 7,
  noDA: 10,
  encryptedDuplication: 11,
  restricted: 16,
  decrypt: 17,
  sign: 18,
} as const;

export type ObjectAttribute = keyof typeof ATTRIBUTE_BITS;
export type ObjectAttributes = Readonly<Record<ObjectAttribute, boolean>>;

/** The cipher with which a storage key, for example an EK, protects what is wrapped for it. */
export interface SymmetricDefinition {
  readonly keyBits: 128 | 192 | 256;
  readonly mode: 'CFB' | 'OTHER';
}

interface ObjectArea extends BoundKey {
  readonly nameAlg: HashAlgorithm;
  readonly attributes: ObjectAttributes;
  readonly authPolicy: Uint8Array;
  readonly symmetric: SymmetricDefinition | null;
  /** The TPMT_PUBLIC, without a leading TPM2B length. */
  readonly bytes: Uint8Array;
  /** The object's Name: nameAlg ‖ H(TPMT_PUBLIC) (TPM 2.0 Part 1, section 16). */
  readonly name: Uint8Array;
}

export interface RsaPublicArea extends ObjectArea {
  readonly type: 'RSA';
  readonly keyBits: number;
  readonly exponent: number;
  /** The modulus, big-endian. */
  readonly unique: Uint8Array;
}

export interface EccPublicArea extends ObjectArea {
  readonly type: 'ECC';
  readonly curve: Curve;
  /** The point; each coordinate is padded to the length of the curve's field. */
  readonly unique: { readonly x: Uint8Array; readonly y: Uint8Array };
}

export type PublicArea = RsaPublicArea | EccPublicArea;

const RSA_KEY_BITS = [1024, 2048, 3072, 4096];
const AES_KEY_BITS = [128, 192, 256] as const;
const DEFAULT_EXPONENT = 65537;
const MAX_POLICY_BYTES = 64;

/**
 * Reads the public area of a TPM key from a TPM2B_PUBLIC or a bare TPMT_PUBLIC (TPM 2.0 Part 2, section 12.2). The
 * result shares no memory with the input.
 *
 * @throws TpmFormatError for anything but one RSA or ECC key: trailing bytes, unknown algorithms, a modulus of another
 *   length than stated, a point that is not on its curve.
 */
export function parsePublicArea(input: Uint8Array): PublicArea {
  const bytes = unwrap(Uint8Array.from(input));
  const reader = new WireReader('TPMT_PUBLIC', bytes);
  const type = reader.u16('type');
  if (type !== ALG.RSA && type !== ALG.ECC) return reader.unsupported('type', type);
  const nameAlg = reader.hash('nameAlg');
  const common = {
    nameAlg,
    attributes: readAttributes(reader.u32('objectAttributes')),
    authPolicy: reader.sized(MAX_POLICY_BYTES, 'authPolicy'),
    symmetric: readSymmetric(reader),
    ...readScheme(reader, 'parameters.scheme'),
    bytes,
    name: Buffer.concat([u16(hashId(nameAlg)), createHash(nameAlg).update(bytes).digest()]),
  };
  return type === ALG.RSA ? { ...common, ...readRsa(reader) } : { ...common, ...readEcc(reader) };
}

/**
 * A TPM2B_PUBLIC begins with its length, a TPMT_PUBLIC with its type. No public area is as short as the types' numbers
 * (1, 35), so the first field distinguishes them.
 */
function unwrap(input: Uint8Array): Uint8Array {
  const reader = new WireReader('TPM2B_PUBLIC', input);
  const first = reader.u16('size');
  if (first === ALG.RSA || first === ALG.ECC) return input;
  const content = reader.bytes(first, 'publicArea');
  reader.end();
  return content;
}

function readAttributes(bits: number): ObjectAttributes {
  const has = (attribute: ObjectAttribute) => ((bits >>> ATTRIBUTE_BITS[attribute]) & 1) === 1;
  return {
    fixedTPM: has('fixedTPM'),
    stClear: has('stClear'),
    fixedParent: has('fixedParent'),
    sensitiveDataOrigin: has('sensitiveDataOrigin'),
    userWithAuth: has('userWithAuth'),
    adminWithPolicy: has('adminWithPolicy'),
    noDA: has('noDA'),
    encryptedDuplication: has('encryptedDuplication'),
    restricted: has('restricted'),
    decrypt: has('decrypt'),
    sign: has('sign'),
  };
}

function readSymmetric(reader: WireReader): SymmetricDefinition | null {
  const algorithm = reader.u16('parameters.symmetric');
  if (algorithm === ALG.NULL) return null;
  if (algorithm !== ALG.AES) return reader.unsupported('parameters.symmetric', algorithm);
  const bits = reader.u16('parameters.symmetric.keyBits');
  const keyBits = AES_KEY_BITS.find((known) => known === bits);
  if (keyBits === undefined) return reader.unsupported('parameters.symmetric.keyBits', bits);
  return { keyBits, mode: reader.u16('parameters.symmetric.mode') === ALG.CFB ? 'CFB' : 'OTHER' };
}

function readScheme(reader: WireReader, field: string): { scheme: KeyScheme | null; hash: HashAlgorithm | null } {
  const id = reader.u16(field);
  if (id === ALG.NULL) return { scheme: null, hash: null };
  const scheme = SCHEME_IDS.get(id);
  if (scheme === undefined) return reader.unsupported(field, id);
  return { scheme, hash: scheme === 'RSAES' ? null : reader.hash(`${field}.hashAlg`) };
}

function readRsa(reader: WireReader): Pick<RsaPublicArea, 'type' | 'keyBits' | 'exponent' | 'unique' | 'toKeyObject'> {
  const keyBits = reader.u16('parameters.keyBits');
  if (!RSA_KEY_BITS.includes(keyBits)) reader.unsupported('parameters.keyBits', keyBits);
  // Zero means the default exponent (TPM 2.0 Part 2, section 12.2.3.5).
  const exponent = reader.u32('parameters.exponent') || DEFAULT_EXPONENT;
  if (exponent < 3 || exponent % 2 === 0) {
    reader.fail('parameters.exponent', `${exponent} is not an RSA exponent`, { back: 4 });
  }
  const unique = reader.sized(keyBits / 8, 'unique');
  const [top = 0, bottom = 0] = [unique[0], unique[unique.length - 1]];
  if (unique.length !== keyBits / 8 || top < 0x80 || bottom % 2 === 0) {
    reader.fail('unique', `the modulus is not an odd number of ${keyBits} bits`, { back: unique.length });
  }
  reader.end();
  const key = importJwk(reader, { kty: 'RSA', n: base64url(unique), e: base64url(exponentBytes(exponent)) });
  return { type: 'RSA', keyBits, exponent, unique, toKeyObject: () => key };
}

function readEcc(reader: WireReader): Pick<EccPublicArea, 'type' | 'curve' | 'unique' | 'toKeyObject'> {
  const curve = reader.identifier(CURVE_IDS, 'parameters.curveID');
  const kdf = reader.u16('parameters.kdf');
  if (kdf !== ALG.NULL) reader.hash('parameters.kdf.hashAlg');
  const size = COORDINATE_BYTES[curve];
  const x = padLeft(reader.sized(size, 'unique.x'), size);
  const y = padLeft(reader.sized(size, 'unique.y'), size);
  reader.end();
  const key = importJwk(reader, { kty: 'EC', crv: curve, x: base64url(x), y: base64url(y) });
  return { type: 'ECC', curve, unique: { x, y }, toKeyObject: () => key };
}

/** The import also refuses a point that is not on its curve. */
function importJwk(reader: WireReader, key: JsonWebKey): KeyObject {
  try {
    return createPublicKey({ key, format: 'jwk' });
  } catch (cause) {
    const problem = key.kty === 'EC' ? `the point is not on ${key.crv}` : 'not an RSA key';
    return reader.fail('unique', problem, { cause });
  }
}

/** Some TPMs drop a number's leading zeros, but computing with it needs them. */
export function padLeft(number: Uint8Array, length: number): Uint8Array {
  if (number.length >= length) return number;
  const padded = new Uint8Array(length);
  padded.set(number, length - number.length);
  return padded;
}

function exponentBytes(exponent: number): Uint8Array {
  return Buffer.from(exponent.toString(16).padStart(8, '0'), 'hex');
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}
