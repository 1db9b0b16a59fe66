import type { Seal, SignedPlace } from '../chain/index.js';
import { entryFormOf } from '../entries/index.js';
import type { SealRow } from './repository.js';
import type { HeadRow } from './tables.js';

export const headOf = ({ seq, hash, signedAt, keyId, signature }: HeadRow): SignedPlace => ({
  seq,
  hash,
  signedAt: signedAt.toISOString(),
  keyId,
  signature,
});

/** The signed statement that everything up to this head was dropped on purpose. */
export function trimOf({ seq, hash, trimSignedAt, trimKeyId, trimSignature }: HeadRow): SignedPlace | null {
  if (!trimSignedAt || !trimKeyId || !trimSignature) return null;
  return { seq, hash, signedAt: trimSignedAt.toISOString(), keyId: trimKeyId, signature: trimSignature };
}

export const sealOf = ({ seq, hash, entryId, entry, head }: SealRow): Seal => ({
  seq,
  hash,
  entryId,
  entry: entry && entryFormOf(entry),
  head: head && headOf(head),
});
