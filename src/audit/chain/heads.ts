import { sign, verify } from 'node:crypto';
import type { SigningKeys, VerificationKeys } from './keys.js';
import type { Place } from './links.js';

/** What a signature states: the chain ends here so far, or everything up to here was dropped on purpose. */
export type Statement = 'head' | 'trim';

/** A place of the chain, signed. */
export interface SignedPlace extends Place {
  /** RFC 3339 in UTC with milliseconds. */
  readonly signedAt: string;
  readonly keyId: string;
  /** Ed25519, in base64. */
  readonly signature: string;
}

export function signPlace(statement: Statement, place: Place, now: Date, keys: SigningKeys): SignedPlace {
  const unsigned = { ...place, signedAt: now.toISOString(), keyId: keys.id };
  const signature = sign(null, messageOf(statement, unsigned), keys.privateKey).toString('base64');
  return { ...unsigned, signature };
}

/** Whether the signature is from the key that it names; `unknown` when that key is not among the given ones. */
export function verifyPlace(
  statement: Statement,
  place: SignedPlace,
  keys: VerificationKeys,
): 'valid' | 'invalid' | 'unknown' {
  const key = keys.byId.get(place.keyId);
  if (key === undefined) return 'unknown';
  const isValid = verify(null, messageOf(statement, place), key, Buffer.from(place.signature, 'base64'));
  return isValid ? 'valid' : 'invalid';
}

function messageOf(statement: Statement, { seq, hash, signedAt, keyId }: Omit<SignedPlace, 'signature'>): Buffer {
  return Buffer.from(`bailiwick audit ${statement}\n${seq}\n${hash}\n${signedAt}\n${keyId}\n`);
}
