import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Db } from '../../db/open.js';
import { isId } from '../../platform/ids.js';
import { type CredentialHolder, findHolder } from './repository.js';

const FORM = /^bwk_[A-Za-z0-9_-]{43}$/;

/** 256 bits, so that a fast hash keeps it. */
export const newKey = () => `bwk_${randomBytes(32).toString('base64url')}`;
export const keyHash = (key: string) => createHash('sha256').update(key).digest('hex');

/** An API credential as it is shown. */
export interface ShownCredential {
  readonly id: string;
  readonly key: string;
}

/** Whose API credential it is; undefined, without saying why, for one that does not count at this time. */
export async function holderOf(db: Db, { id, key }: ShownCredential, now: Date): Promise<CredentialHolder | undefined> {
  if (!isId('ApiCredential', id) || !FORM.test(key)) return undefined;
  const holder = await findHolder(db, id);
  // An unknown id takes the same comparison as a wrong key.
  const expected = Buffer.from(holder?.credential.keyHash ?? '0'.repeat(64));
  if (!timingSafeEqual(expected, Buffer.from(keyHash(key)))) return undefined;
  return holder?.user.isEnabled && holder.credential.expiresAt > now ? holder : undefined;
}
