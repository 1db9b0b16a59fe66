import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Curve } from './algorithms.js';
import { TpmFormatError } from './errors.js';
import type { VerifyingKey } from './public-area.js';

const MAX_PEM_CHARACTERS = 16 * 1024;
const CURVES: ReadonlyMap<string | undefined, Curve> = new Map([
  ['prime256v1', 'P-256'],
  ['secp384r1', 'P-384'],
  ['secp521r1', 'P-521'],
]);

/**
 * Reads an attestation key from a PEM public key (SubjectPublicKeyInfo), for offline verification. A PEM has no TPM
 * attributes and no scheme, so the user of one must know that the key is restricted.
 *
 * @throws TpmFormatError for anything but one RSA or NIST-curve public key.
 */
export function parsePublicKeyPem(text: string): VerifyingKey {
  const key = importPem(text);
  const common = { scheme: null, hash: null, toKeyObject: () => key };
  if (key.asymmetricKeyType === 'rsa') return { type: 'RSA', ...common };
  const curve = CURVES.get(key.asymmetricKeyDetails?.namedCurve);
  if (curve !== undefined) return { type: 'ECC', curve, ...common };
  throw new TpmFormatError('PEM', 0, `a key of type ${key.asymmetricKeyType} cannot be an attestation key`, {
    code: 'UNSUPPORTED',
  });
}

function importPem(text: string): KeyObject {
  if (text.length > MAX_PEM_CHARACTERS) {
    throw new TpmFormatError('PEM', MAX_PEM_CHARACTERS, `longer than ${MAX_PEM_CHARACTERS} characters`);
  }
  // node:crypto would derive the public key from a private one, but nobody should pass a private key here.
  if (!text.trimStart().startsWith('-----BEGIN PUBLIC KEY-----')) {
    throw new TpmFormatError('PEM', 0, 'does not begin with -----BEGIN PUBLIC KEY-----');
  }
  try {
    return createPublicKey(text);
  } catch (cause) {
    throw new TpmFormatError('PEM', 0, 'not a public key', { cause });
  }
}
