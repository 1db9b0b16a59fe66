import type { Db } from '../../db/open.js';
import { isId } from '../../platform/ids.js';
import { isBearer, isKeptBearer } from '../../platform/secrets.js';
import { type CredentialHolder, findHolder } from './repository.js';

/** An API credential as the caller presents it. */
export interface PresentedApiCredential {
  readonly id: string;
  readonly key: string;
}

/** The holder of an API credential; undefined, without a reason, for one that is not valid now. */
export async function holderOf(
  db: Db,
  { id, key }: PresentedApiCredential,
  now: Date,
): Promise<CredentialHolder | undefined> {
  if (!isId('ApiCredential', id) || !isBearer('apiCredentialKey', key)) return undefined;
  const holder = await findHolder(db, id);
  if (!isKeptBearer('apiCredentialKey', key, holder?.credential.keyHash ?? null)) return undefined;
  return holder?.user.isEnabled && holder.credential.expiresAt > now ? holder : undefined;
}
