import { constants, createHash, type KeyObject, sign } from 'node:crypto';
import {
  type Credential,
  DIGEST_BYTES,
  encodePcrJson,
  type HashAlgorithm,
  type ObjectAttributes,
  type PcrBanks,
  type PcrSelection,
  parsePublicArea,
  pcrDigest,
  type SignatureScheme,
} from '../../attestation/tpm/index.js';
import { openCredential } from './credential.js';
import { type AttestFields, encodeAttest, encodePublicArea, encodeSignature, qualifiedName } from './encoding.js';
import { publicPart } from './keys.js';

export interface SoftwareTpmOptions {
  /** The private keys: both RSA, or both of the curve P-256. */
  readonly ek: KeyObject;
  readonly ak: KeyObject;
  readonly banks?: readonly HashAlgorithm[];
  /** The scheme that the AK is bound to; null leaves it free, which no TPM allows a restricted key. */
  readonly scheme?: SignatureScheme | null;
  readonly hash?: HashAlgorithm;
  readonly akAttributes?: Partial<ObjectAttributes>;
  readonly ekAttributes?: Partial<ObjectAttributes>;
}

export interface QuoteRequest {
  readonly nonce: Uint8Array;
  readonly pcrs?: readonly number[];
  readonly bank?: HashAlgorithm;
  /** Instead of `pcrs` and `bank`: selections from several banks. */
  readonly selections?: readonly PcrSelection[];
  /** What a broken or hostile TPM would state or sign with instead. */
  readonly overrides?: Partial<AttestFields>;
  readonly scheme?: SignatureScheme;
  readonly hash?: HashAlgorithm;
}

export interface QuoteEvidence {
  /** TPMS_ATTEST. */
  readonly message: Buffer;
  /** TPMT_SIGNATURE. */
  readonly signature: Buffer;
  /** The quoted values as JSON text. */
  readonly pcrs: string;
}

const EK_ATTRIBUTES = {
  fixedTPM: true,
  fixedParent: true,
  sensitiveDataOrigin: true,
  adminWithPolicy: true,
  restricted: true,
  decrypt: true,
};
const AK_ATTRIBUTES = {
  fixedTPM: true,
  fixedParent: true,
  sensitiveDataOrigin: true,
  userWithAuth: true,
  restricted: true,
  sign: true,
};
/** PolicySecret(endorsement), of the TCG's default EK templates. */
const EK_POLICY = Buffer.from('837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa', 'hex');
const PCR_COUNT = 24;
const FIRST_DYNAMIC_PCR = 17;
const LAST_DYNAMIC_PCR = 22;

/** A TPM without a chip: real keys, real PCRs and real signatures. It has one EK and, under it, one AK. */
export class SoftwareTpm {
  /** TPM2B_PUBLIC of the endorsement key and of the attestation key. */
  readonly ekPublic: Buffer;
  readonly akPublic: Buffer;
  /** The quoted clock; every quote moves it on by 10 ms. */
  clock = 1_000_000n;
  resetCount = 1;
  restartCount = 0;
  safe = true;
  readonly #ek: KeyObject;
  readonly #ak: KeyObject;
  readonly #scheme: SignatureScheme;
  readonly #hash: HashAlgorithm;
  readonly #banks: PcrBanks;

  constructor(options: SoftwareTpmOptions) {
    const { ek, ak, banks = ['sha1', 'sha256'], hash = 'sha256' } = options;
    const usual = ak.asymmetricKeyType === 'rsa' ? 'RSASSA' : 'ECDSA';
    const { scheme = usual } = options;
    this.#ek = ek;
    this.#ak = ak;
    this.#scheme = scheme ?? usual;
    this.#hash = hash;
    this.ekPublic = encodePublicArea({
      attributes: { ...EK_ATTRIBUTES, ...options.ekAttributes },
      authPolicy: EK_POLICY,
      isStorage: true,
      key: publicPart(this.#ek),
    });
    this.akPublic = encodePublicArea({
      attributes: { ...AK_ATTRIBUTES, ...options.akAttributes },
      scheme: scheme && { scheme, hash },
      key: publicPart(this.#ak),
    });
    this.#banks = new Map(banks.map((bank) => [bank, initialPcrs(bank)]));
  }

  /** TPM2_PCR_Extend: each given bank's PCR becomes H(PCR ‖ digest). */
  extend(pcr: number, digests: Partial<Record<HashAlgorithm, Uint8Array>>): void {
    for (const [bank, values] of this.#banks) {
      const digest = digests[bank];
      const value = values.get(pcr);
      if (digest === undefined || value === undefined) continue;
      values.set(pcr, createHash(bank).update(value).update(digest).digest());
    }
  }

  extendDigest(bank: HashAlgorithm, pcr: number, digest: Uint8Array): void {
    this.extend(pcr, { [bank]: digest });
  }

  readPcrs(bank: HashAlgorithm, pcrs: readonly number[]): Map<number, Uint8Array> {
    return new Map(pcrs.map((pcr) => [pcr, this.#pcr(bank, pcr)]));
  }

  /** TPM2_Quote with the AK. */
  quote(request: QuoteRequest): QuoteEvidence {
    const {
      nonce,
      pcrs = [],
      bank = 'sha256',
      selections = [{ hash: bank, pcrs }],
      scheme = this.#scheme,
      hash = this.#hash,
    } = request;
    const values: PcrBanks = new Map(
      selections.map((selection) => [selection.hash, this.readPcrs(selection.hash, selection.pcrs)]),
    );
    this.clock += 10n;
    const message = encodeAttest({
      magic: 0xff544347,
      type: 0x8018,
      qualifiedSigner: qualifiedName([parsePublicArea(this.ekPublic).name, parsePublicArea(this.akPublic).name]),
      extraData: nonce,
      clock: this.clock,
      resetCount: this.resetCount,
      restartCount: this.restartCount,
      safe: this.safe,
      firmwareVersion: 0x2020_0312_0012_8000n,
      selections,
      pcrDigest: pcrDigest(hash, selections, values),
      ...request.overrides,
    });
    return { message, signature: this.sign(message, scheme, hash), pcrs: encodePcrJson(values) };
  }

  /** Signs anything with the AK, TPMS_ATTEST or not: what a thief of the key could do. Returns a TPMT_SIGNATURE. */
  sign(message: Uint8Array, scheme: SignatureScheme = this.#scheme, hash: HashAlgorithm = this.#hash): Buffer {
    if (scheme === 'ECDSA') {
      const signature = sign(hash, message, { key: this.#ak, dsaEncoding: 'ieee-p1363' });
      return encodeSignature({ scheme, hash, r: signature.subarray(0, 32), s: signature.subarray(32) });
    }
    const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING } = constants;
    const padding =
      scheme === 'RSAPSS'
        ? { padding: RSA_PKCS1_PSS_PADDING, saltLength: DIGEST_BYTES[hash] }
        : { padding: RSA_PKCS1_PADDING };
    return encodeSignature({ scheme, hash, signature: sign(hash, message, { key: this.#ak, ...padding }) });
  }

  /** TPM2_ActivateCredential: the secret, or an error when the credential was made for another EK or another AK. */
  activateCredential(credential: Credential): Buffer {
    return openCredential(this.#ek, parsePublicArea(this.akPublic).name, credential);
  }

  /** A cold or warm boot (TPM Reset): PCRs begin again. */
  reboot(): void {
    this.resetCount += 1;
    this.restartCount = 0;
    for (const bank of this.#banks.keys()) this.#banks.set(bank, initialPcrs(bank));
  }

  /** A return from hibernation (TPM Restart): PCRs begin again, within the same reset. */
  restart(): void {
    this.restartCount += 1;
    for (const bank of this.#banks.keys()) this.#banks.set(bank, initialPcrs(bank));
  }

  /** A return from sleep (TPM Resume): PCRs are kept. */
  resume(): void {
    this.restartCount += 1;
  }

  #pcr(bank: HashAlgorithm, pcr: number): Uint8Array {
    const value = this.#banks.get(bank)?.get(pcr);
    if (value === undefined) throw new RangeError(`this TPM has no PCR ${pcr} of ${bank}`);
    return value;
  }
}

/** PCRs 17 to 22 begin as ones, for want of a dynamic launch; the others as zeros (TCG PC Client, section 4.6.2). */
function initialPcrs(bank: HashAlgorithm): Map<number, Uint8Array> {
  const isDynamic = (pcr: number) => pcr >= FIRST_DYNAMIC_PCR && pcr <= LAST_DYNAMIC_PCR;
  return new Map(
    Array.from({ length: PCR_COUNT }, (_, pcr) => [pcr, Buffer.alloc(DIGEST_BYTES[bank], isDynamic(pcr) ? 0xff : 0)]),
  );
}
