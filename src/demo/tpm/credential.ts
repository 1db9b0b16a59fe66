import {
  constants,
  createDecipheriv,
  createHmac,
  createPublicKey,
  diffieHellman,
  type KeyObject,
  privateDecrypt,
} from 'node:crypto';
import { type Credential, kdfa, kdfe, WireReader } from '../../attestation/tpm/index.js';
import { publicPart } from './keys.js';

const DIGEST_BYTES = 32;

/** TPM2_ActivateCredential for an EK of the TCG's templates: SHA-256 names, AES-128 (TPM 2.0 Part 1, section 24). */
export function openCredential(ek: KeyObject, akName: Uint8Array, credential: Credential): Buffer {
  const seed = openSeed(ek, credential.encryptedSecret);
  const idObject = credential.credentialBlob.subarray(2);
  const integrity = new WireReader('TPM2B_ID_OBJECT', idObject).sized(DIGEST_BYTES, 'integrityHMAC');
  const encIdentity = idObject.subarray(2 + integrity.length);
  const hmacKey = kdfa('sha256', seed, 'INTEGRITY', {}, DIGEST_BYTES * 8);
  const expected = createHmac('sha256', hmacKey).update(encIdentity).update(akName).digest();
  if (!expected.equals(integrity)) throw new Error('TPM_RC_INTEGRITY');
  const decipher = createDecipheriv(
    'aes-128-cfb',
    kdfa('sha256', seed, 'STORAGE', { u: akName }, 128),
    Buffer.alloc(16),
  );
  const identity = Buffer.concat([decipher.update(encIdentity), decipher.final()]);
  return Buffer.from(new WireReader('TPM2B_DIGEST', identity).sized(DIGEST_BYTES, 'credential'));
}

function openSeed(ek: KeyObject, encryptedSecret: Uint8Array): Uint8Array {
  const secret = encryptedSecret.subarray(2);
  const own = publicPart(ek);
  if ('modulus' in own) {
    const oaep = {
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: 'sha256',
      oaepLabel: Buffer.from('IDENTITY\0'),
    };
    return privateDecrypt({ key: ek, ...oaep }, secret);
  }
  const reader = new WireReader('TPMS_ECC_POINT', secret);
  const x = Buffer.from(reader.sized(DIGEST_BYTES, 'x'));
  const y = Buffer.from(reader.sized(DIGEST_BYTES, 'y'));
  const jwk = { kty: 'EC', crv: 'P-256', x: x.toString('base64url'), y: y.toString('base64url') };
  const z = diffieHellman({ privateKey: ek, publicKey: createPublicKey({ key: jwk, format: 'jwk' }) });
  return kdfe('sha256', z, 'IDENTITY', { u: x, v: own.x }, DIGEST_BYTES * 8);
}
