import { createECDH, createHash, createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { PublicAreaFields } from './tpm-encoding.js';

/** RSA keys are slow to generate, so that these seeds have theirs on disk. */
const RECORDED_SEEDS = [1, 2, 3];
const FIXTURES = new URL('../fixtures/tpm/software/', import.meta.url);

/**
 * A private key for a software TPM. The same seed gives the same key, except that RSA keys beyond the recorded ones are
 * generated afresh.
 */
export function softwareKey(type: 'rsa' | 'ecc', role: 'ek' | 'ak', seed: number): KeyObject {
  if (type === 'ecc') return eccKey(`${role} ${seed}`);
  if (!RECORDED_SEEDS.includes(seed)) return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  return createPrivateKey(readFileSync(new URL(`rsa-${role}-${seed}.pem`, FIXTURES)));
}

/** The public half in the form that a public area has it. */
export function publicPart(key: KeyObject): PublicAreaFields['key'] {
  const { n, x, y } = key.export({ format: 'jwk' });
  if (n !== undefined) return { modulus: Buffer.from(n, 'base64url') };
  return { curve: 'P-256', x: Buffer.from(x ?? '', 'base64url'), y: Buffer.from(y ?? '', 'base64url') };
}

/** Nearly every digest is a valid P-256 scalar; one that is not would fail loudly here. */
function eccKey(label: string): KeyObject {
  const ecdh = createECDH('prime256v1');
  const scalar = createHash('sha256').update(`software TPM ${label}`).digest();
  ecdh.setPrivateKey(scalar);
  const point = ecdh.getPublicKey();
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'));
  return createPrivateKey({ key: { kty: 'EC', crv: 'P-256', d: scalar.toString('base64url'), x, y }, format: 'jwk' });
}
