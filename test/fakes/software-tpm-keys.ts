import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { eccKey } from '../../src/demo/tpm/keys.js';

/** RSA keys are slow to generate, so that these seeds have theirs on disk. */
const RECORDED_SEEDS = [1, 2, 3];
const FIXTURES = new URL('../fixtures/tpm/software/', import.meta.url);

/**
 * A private key for a software TPM. The same seed gives the same key, except that RSA keys beyond the recorded ones are
 * generated afresh.
 */
export function softwareKey(type: 'rsa' | 'ecc', role: 'ek' | 'ak', seed: number): KeyObject {
  if (type === 'ecc') return eccKey(createHash('sha256').update(`software TPM ${role} ${seed}`).digest());
  if (!RECORDED_SEEDS.includes(seed)) return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  return createPrivateKey(readFileSync(new URL(`rsa-${role}-${seed}.pem`, FIXTURES)));
}
