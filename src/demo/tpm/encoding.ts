import { createHash } from 'node:crypto';
import {
  type Curve,
  type HashAlgorithm,
  type ObjectAttribute,
  type ObjectAttributes,
  type PcrSelection,
  type SignatureScheme,
  sized,
  type TpmSignature,
  u16,
  u32,
} from '../../attestation/tpm/index.js';

export const HASH_ID: Record<HashAlgorithm, number> = { sha1: 0x0004, sha256: 0x000b, sha384: 0x000c, sha512: 0x000d };
const SCHEME_ID: Record<SignatureScheme, number> = { RSASSA: 0x0014, RSAPSS: 0x0016, ECDSA: 0x0018 };
const CURVE_ID: Record<Curve, number> = { 'P-256': 3, 'P-384': 4, 'P-521': 5 };
const ATTRIBUTE_BIT: Record<ObjectAttribute, number> = {
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
};
const NULL_ALG = u16(0x0010);
const AES_128_CFB = Buffer.concat([u16(0x0006), u16(128), u16(0x0043)]);

/** The parts of a TPMT_PUBLIC; a storage key has a cipher, a signing key a scheme. */
export interface PublicAreaFields {
  readonly attributes: Partial<ObjectAttributes>;
  readonly key:
    | { readonly modulus: Uint8Array }
    | { readonly curve: Curve; readonly x: Uint8Array; readonly y: Uint8Array };
  readonly nameAlg?: HashAlgorithm;
  readonly authPolicy?: Uint8Array;
  readonly isStorage?: boolean;
  readonly scheme?: { readonly scheme: SignatureScheme; readonly hash: HashAlgorithm } | null;
}

/** TPM2B_PUBLIC (TPM 2.0 Part 2, section 12.2.5). */
export function encodePublicArea(fields: PublicAreaFields): Buffer {
  const {
    attributes,
    key,
    nameAlg = 'sha256',
    authPolicy = new Uint8Array(),
    isStorage = false,
    scheme = null,
  } = fields;
  const parameters = [
    isStorage ? AES_128_CFB : NULL_ALG,
    scheme === null ? NULL_ALG : Buffer.concat([u16(SCHEME_ID[scheme.scheme]), u16(HASH_ID[scheme.hash])]),
  ];
  const unique =
    'modulus' in key
      ? [u16(key.modulus.length * 8), u32(0), sized(key.modulus)]
      : [u16(CURVE_ID[key.curve]), NULL_ALG, sized(key.x), sized(key.y)];
  const type = u16('modulus' in key ? 0x0001 : 0x0023);
  return Buffer.from(
    sized(type, u16(HASH_ID[nameAlg]), u32(attributeBits(attributes)), sized(authPolicy), ...parameters, ...unique),
  );
}

function attributeBits(attributes: Partial<ObjectAttributes>): number {
  let bits = 0;
  for (const [attribute, bit] of Object.entries(ATTRIBUTE_BIT)) {
    if (Object.entries(attributes).some(([name, isSet]) => name === attribute && isSet)) bits |= 1 << bit;
  }
  return bits;
}

/** The parts of a TPMS_ATTEST for a quote. */
export interface AttestFields {
  readonly magic: number;
  readonly type: number;
  readonly qualifiedSigner: Uint8Array;
  readonly extraData: Uint8Array;
  readonly clock: bigint;
  readonly resetCount: number;
  readonly restartCount: number;
  readonly safe: boolean;
  readonly firmwareVersion: bigint;
  readonly selections: readonly PcrSelection[];
  readonly pcrDigest: Uint8Array;
}

/** TPMS_ATTEST (TPM 2.0 Part 2, section 10.12.8). */
export function encodeAttest(fields: AttestFields): Buffer {
  return Buffer.concat([
    u32(fields.magic),
    u16(fields.type),
    sized(fields.qualifiedSigner),
    sized(fields.extraData),
    u64(fields.clock),
    u32(fields.resetCount),
    u32(fields.restartCount),
    Uint8Array.of(fields.safe ? 1 : 0),
    u64(fields.firmwareVersion),
    encodeSelections(fields.selections),
    sized(fields.pcrDigest),
  ]);
}

/** TPML_PCR_SELECTION with bitmaps of 24 PCRs. */
export function encodeSelections(selections: readonly PcrSelection[]): Buffer {
  const encoded = selections.map(({ hash, pcrs }) => {
    const bitmap = Buffer.alloc(3);
    for (const pcr of pcrs) bitmap[pcr >>> 3] = (bitmap[pcr >>> 3] ?? 0) | (1 << (pcr & 7));
    return Buffer.concat([u16(HASH_ID[hash]), Uint8Array.of(bitmap.length), bitmap]);
  });
  return Buffer.concat([u32(selections.length), ...encoded]);
}

/** TPMT_SIGNATURE (TPM 2.0 Part 2, section 11.3.4). */
export function encodeSignature(signature: TpmSignature): Buffer {
  const values = signature.scheme === 'ECDSA' ? [signature.r, signature.s] : [signature.signature];
  return Buffer.concat([
    u16(SCHEME_ID[signature.scheme]),
    u16(HASH_ID[signature.hash]),
    ...values.map((value) => sized(value)),
  ]);
}

/** The Qualified Name of a key whose ancestors, from its hierarchy down, have these Names (TPM 2.0 Part 1, section 26.5). */
export function qualifiedName(names: readonly Uint8Array[]): Uint8Array {
  const ENDORSEMENT_HIERARCHY = 0x4000000b;
  return names.reduce<Uint8Array>(
    (parent, name) => Buffer.concat([u16(HASH_ID.sha256), createHash('sha256').update(parent).update(name).digest()]),
    u32(ENDORSEMENT_HIERARCHY),
  );
}

function u64(value: bigint): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}
