import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

/** The keys of a deployment by their ids: one signs, all verify. */
export interface VerificationKeys {
  readonly byId: ReadonlyMap<string, KeyObject>;
}

export interface SigningKeys extends VerificationKeys {
  readonly id: string;
  readonly privateKey: KeyObject;
}

const PEM_BLOCK = /-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----/g;

/** A new Ed25519 private key, as PKCS #8 in PEM. */
export function generateKey(): string {
  return String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
}

/** The first 16 hex digits of the SHA-256 of the public key in DER (SubjectPublicKeyInfo). */
export function keyIdOf(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, 16);
}

export const pemOf = (publicKey: KeyObject): string => String(publicKey.export({ type: 'spki', format: 'pem' }));

/**
 * Reads PEM blocks, private or public.
 * @throws Error when there is none, or one is not an Ed25519 key.
 */
export function parsePublicKeys(pem: string): VerificationKeys {
  const publicKeys = blocksOf(pem).map((block) => createPublicKey(block));
  if (publicKeys.length === 0 || publicKeys.some(({ asymmetricKeyType }) => asymmetricKeyType !== 'ed25519'))
    throw new Error('it must hold Ed25519 keys in PEM');
  return { byId: new Map(publicKeys.map((key) => [keyIdOf(key), key])) };
}

/**
 * Reads a key file: the first block is the private key that signs; the keys after it signed before, and only verify.
 * @throws Error as `parsePublicKeys`, and when the first key is not private.
 */
export function parseSigningKeys(pem: string): SigningKeys {
  const { byId } = parsePublicKeys(pem);
  const [first = ''] = blocksOf(pem);
  if (!first.includes('PRIVATE KEY')) throw new Error('it must begin with a private key');
  return { byId, id: [...byId.keys()][0] ?? '', privateKey: createPrivateKey(first) };
}

const blocksOf = (pem: string): string[] => [...pem.matchAll(PEM_BLOCK)].map(([block]) => block);
