import {
  type HashAlgorithm,
  type PcrBanks,
  parsePcrJson,
  parsePcrList,
  parsePcrSerialized,
  parsePcrValues,
  parsePlainSignature,
  parsePublicArea,
  parsePublicKeyPem,
  parseSignature,
  type TpmSignature,
  type VerifyingKey,
} from '../../../attestation/tpm/index.js';

/** An attestation key for the verifier; `key` is null when the file has none. */
export interface KeyFile {
  readonly attestationKey: Uint8Array | VerifyingKey;
  readonly key: VerifyingKey | null;
}

/**
 * Reads TPM2B_PUBLIC, TPMT_PUBLIC or PEM. Returns TPM structures as bytes, since the verifier checks a key's
 * attributes.
 *
 * @throws TpmFormatError for a PEM that is not a public key.
 */
export function readKey(content: Buffer): KeyFile {
  if (content.subarray(0, 64).toString('latin1').trimStart().startsWith('-----BEGIN')) {
    const key = parsePublicKeyPem(content.toString('utf8'));
    return { attestationKey: key, key };
  }
  return { attestationKey: content, key: attempt(() => parsePublicArea(content)) };
}

/**
 * Returns a TPMT_SIGNATURE for the output of `tpm2_quote` with `-f tss` or `-f plain`. A plain signature does not name
 * its digest: it is the key's own, or SHA-256. Returns anything else as it is, so that the verifier refuses it.
 */
export function readSignature(content: Buffer, key: VerifyingKey | null): Uint8Array {
  if (key === null || attempt(() => parseSignature(content)) !== null) return content;
  const plain = attempt(() => parsePlainSignature(content, key, key.hash ?? 'sha256'));
  return plain === null ? content : encodeSignature(plain);
}

/**
 * Reads PCR values as `tpm2_quote` writes them: serialized, or plain values if the list of PCRs is given; or as JSON.
 *
 * @throws TpmFormatError for anything else.
 */
export function readPcrs(content: Buffer, list: string | undefined): PcrBanks {
  if (list !== undefined) return parsePcrValues(content, parsePcrList(list));
  const isJson = content.subarray(0, 64).toString('latin1').trimStart().startsWith('{');
  return isJson ? parsePcrJson(content.toString('utf8')) : parsePcrSerialized(content);
}

function attempt<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch {
    return null;
  }
}

/** TPM_ALG_ID of schemes and digests (TPM 2.0 Part 2, section 6.3). */
const SCHEME_IDS: Readonly<Record<TpmSignature['scheme'], number>> = { RSASSA: 0x0014, RSAPSS: 0x0016, ECDSA: 0x0018 };
const HASH_IDS: Readonly<Record<HashAlgorithm, number>> = {
  sha1: 0x0004,
  sha256: 0x000b,
  sha384: 0x000c,
  sha512: 0x000d,
};

/** TPMT_SIGNATURE (TPM 2.0 Part 2, section 11.3.4). */
function encodeSignature(signature: TpmSignature): Uint8Array {
  const u16 = (value: number) => Uint8Array.of(value >>> 8, value);
  const parts = 'signature' in signature ? [signature.signature] : [signature.r, signature.s];
  const head = [u16(SCHEME_IDS[signature.scheme]), u16(HASH_IDS[signature.hash])];
  return Buffer.concat([...head, ...parts.flatMap((part) => [u16(part.length), part])]);
}
