import { constants, verify } from 'node:crypto';
import { COORDINATE_BYTES, type HashAlgorithm, SCHEME_IDS, type SignatureScheme } from './algorithms.js';
import { TpmFormatError } from './errors.js';
import { padLeft, type VerifyingKey } from './public-area.js';
import { WireReader } from './wire.js';

interface RsaSignature {
  readonly scheme: 'RSASSA' | 'RSAPSS';
  readonly hash: HashAlgorithm;
  readonly signature: Uint8Array;
}

interface EcdsaSignature {
  readonly scheme: 'ECDSA';
  readonly hash: HashAlgorithm;
  readonly r: Uint8Array;
  readonly s: Uint8Array;
}

/** A signature by a TPM, with its scheme and digest. */
export type TpmSignature = RsaSignature | EcdsaSignature;

const MAX_RSA_BYTES = 512;
const MAX_ECC_BYTES = COORDINATE_BYTES['P-521'];

/**
 * Reads a TPMT_SIGNATURE (TPM 2.0 Part 2, section 11.3.4). Byte fields share memory with the input.
 *
 * @throws TpmFormatError for anything but one RSASSA, RSAPSS or ECDSA signature.
 */
export function parseSignature(bytes: Uint8Array): TpmSignature {
  const reader = new WireReader('TPMT_SIGNATURE', bytes);
  const scheme = reader.identifier(SCHEME_IDS, 'sigAlg');
  if (!isSignatureScheme(scheme)) return reader.fail('sigAlg', `${scheme} does not sign`, { back: 2 });
  const hash = reader.hash('hash');
  const signature: TpmSignature =
    scheme === 'ECDSA'
      ? { scheme, hash, r: reader.sized(MAX_ECC_BYTES, 'signatureR'), s: reader.sized(MAX_ECC_BYTES, 'signatureS') }
      : { scheme, hash, signature: reader.sized(MAX_RSA_BYTES, 'sig') };
  reader.end();
  return signature;
}

/**
 * Reads a signature without a scheme, as `tpm2_quote -f plain` writes it: the bytes of an RSA signature, or the DER of
 * an ECDSA one. The scheme is the key's; if the key has none, RSASSA or ECDSA.
 *
 * @throws TpmFormatError when the bytes cannot be a signature by such a key.
 */
export function parsePlainSignature(bytes: Uint8Array, key: VerifyingKey, hash: HashAlgorithm): TpmSignature {
  if (key.type === 'ECC') return { scheme: 'ECDSA', hash, ...readDerSignature(bytes) };
  if (bytes.length === 0 || bytes.length > MAX_RSA_BYTES) {
    throw new TpmFormatError('RSA signature', 0, `${bytes.length} bytes, 1 to ${MAX_RSA_BYTES} are allowed`);
  }
  return { scheme: key.scheme === 'RSAPSS' ? 'RSAPSS' : 'RSASSA', hash, signature: bytes };
}

/**
 * Whether `signature` is by this key over `message`. A key bound to a scheme or a digest accepts no other, so a
 * signature made for one purpose cannot be used for another. Never throws.
 */
export function verifyQuoteSignature(key: VerifyingKey, message: Uint8Array, signature: TpmSignature): boolean {
  if (key.scheme !== null && key.scheme !== signature.scheme) return false;
  if (key.hash !== null && key.hash !== signature.hash) return false;
  try {
    return signature.scheme === 'ECDSA' ? verifyEcdsa(key, message, signature) : verifyRsa(key, message, signature);
  } catch {
    // An OpenSSL configured to refuse a digest (mostly SHA-1) throws; what it cannot verify is not verified.
    return false;
  }
}

function verifyEcdsa(key: VerifyingKey, message: Uint8Array, { hash, r, s }: EcdsaSignature): boolean {
  if (key.type !== 'ECC') return false;
  const size = COORDINATE_BYTES[key.curve];
  if (r.length > size || s.length > size) return false;
  const joined = Buffer.concat([padLeft(r, size), padLeft(s, size)]);
  return verify(hash, message, { key: key.toKeyObject(), dsaEncoding: 'ieee-p1363' }, joined);
}

function verifyRsa(key: VerifyingKey, message: Uint8Array, { scheme, hash, signature }: RsaSignature): boolean {
  if (key.type !== 'RSA') return false;
  // TPMs use different salt lengths (the digest's, or the maximum), so take it from the signature.
  const padding =
    scheme === 'RSAPSS'
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO }
      : { padding: constants.RSA_PKCS1_PADDING };
  return verify(hash, message, { key: key.toKeyObject(), ...padding }, signature);
}

function isSignatureScheme(scheme: string): scheme is SignatureScheme {
  return scheme === 'RSASSA' || scheme === 'RSAPSS' || scheme === 'ECDSA';
}

/** ECDSA-Sig-Value, a SEQUENCE of two INTEGERs (RFC 3279, section 2.2.3). */
function readDerSignature(bytes: Uint8Array): { r: Uint8Array; s: Uint8Array } {
  const outer = new WireReader('ECDSA-Sig-Value', bytes);
  const content = readDerValue(outer, 0x30, 'sequence');
  outer.end();
  const inner = new WireReader('ECDSA-Sig-Value', content);
  const [r, s] = [readDerInteger(inner, 'r'), readDerInteger(inner, 's')];
  inner.end();
  return { r, s };
}

/** DER puts a zero before a number whose first bit is set; a TPM does not. */
function readDerInteger(reader: WireReader, field: string): Uint8Array {
  const integer = readDerValue(reader, 0x02, field);
  return integer[0] === 0 ? integer.subarray(1) : integer;
}

function readDerValue(reader: WireReader, tag: number, field: string): Uint8Array {
  if (reader.u8(field) !== tag)
    reader.fail(field, `expected the DER tag 0x${tag.toString(16).padStart(2, '0')}`, { back: 1 });
  const first = reader.u8(field);
  if (first > 0x81) reader.fail(field, 'the DER length is out of range', { back: 1 });
  // No signature needs more than one byte of length; only P-521 needs the long form.
  return reader.bytes(first === 0x81 ? reader.u8(field) : first, field);
}
