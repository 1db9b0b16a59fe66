import {
  constants,
  createCipheriv,
  createHmac,
  diffieHellman,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import { DIGEST_BYTES } from './algorithms.js';
import { kdfa, kdfe } from './kdf.js';
import type { EccPublicArea, PublicArea, RsaPublicArea } from './public-area.js';
import { sized } from './wire.js';

/** A secret that only the TPM with one key can open, and only if it also has another key. */
export interface Credential {
  /** TPM2B_ID_OBJECT. */
  readonly credentialBlob: Uint8Array;
  /** TPM2B_ENCRYPTED_SECRET. */
  readonly encryptedSecret: Uint8Array;
}

const LABEL = 'IDENTITY';

/**
 * TPM2_MakeCredential in software: wraps `secret` so that ActivateCredential opens it only in the TPM that has the
 * private part of `ek` and an object with this Name (TPM 2.0 Part 1, section 24; Part 3, section 12.6). Draws fresh
 * randomness from `node:crypto` on every call.
 *
 * @param objectName the AK's Name, as in `PublicArea.name`.
 * @param secret from 1 byte to the digest size of the EK's name algorithm.
 * @throws RangeError when `ek` is not an endorsement key (see `endorsementKeyProblems`) or the secret's length is out
 *   of range.
 */
export function makeCredential(ek: PublicArea, objectName: Uint8Array, secret: Uint8Array): Credential {
  const digestBytes = DIGEST_BYTES[ek.nameAlg];
  if (secret.length === 0 || secret.length > digestBytes) {
    throw new RangeError(`the secret has ${secret.length} bytes, 1 to ${digestBytes} are allowed`);
  }
  if (ek.symmetric?.mode !== 'CFB') throw new RangeError('the endorsement key has no AES-CFB cipher');
  const { seed, encryptedSecret } = ek.type === 'RSA' ? encapsulateRsa(ek) : encapsulateEcc(ek);
  const cipherKey = kdfa(ek.nameAlg, seed, 'STORAGE', { u: objectName }, ek.symmetric.keyBits);
  const cipher = createCipheriv(`aes-${ek.symmetric.keyBits}-cfb`, cipherKey, Buffer.alloc(16));
  const encIdentity = Buffer.concat([cipher.update(sized(secret)), cipher.final()]);
  const hmacKey = kdfa(ek.nameAlg, seed, 'INTEGRITY', {}, digestBytes * 8);
  const integrity = createHmac(ek.nameAlg, hmacKey).update(encIdentity).update(objectName).digest();
  return { credentialBlob: sized(sized(integrity), encIdentity), encryptedSecret };
}

interface Encapsulation {
  seed: Uint8Array;
  encryptedSecret: Uint8Array;
}

/**
 * The seed is random, and encrypted with OAEP; its label includes the terminating NUL (TPM 2.0 Part 1, annex B.10.4).
 */
function encapsulateRsa(ek: RsaPublicArea): Encapsulation {
  const seed = randomBytes(DIGEST_BYTES[ek.nameAlg]);
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const options = { key: ek.toKeyObject(), padding, oaepHash: ek.nameAlg, oaepLabel: Buffer.from(`${LABEL}\0`) };
  return { seed, encryptedSecret: sized(publicEncrypt(options, seed)) };
}

/**
 * The seed results from a Diffie-Hellman exchange with an ephemeral key; the credential has its point (TPM 2.0 Part 1,
 * annex C.6.4).
 */
function encapsulateEcc(ek: EccPublicArea): Encapsulation {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: ek.curve });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const point = { x: Buffer.from(x, 'base64url'), y: Buffer.from(y, 'base64url') };
  const z = diffieHellman({ privateKey, publicKey: ek.toKeyObject() });
  const seed = kdfe(ek.nameAlg, z, LABEL, { u: point.x, v: ek.unique.x }, DIGEST_BYTES[ek.nameAlg] * 8);
  return { seed, encryptedSecret: sized(sized(point.x), sized(point.y)) };
}
