import type { Db } from '../../db/open.js';
import { type Id, noId } from '../../platform/ids.js';
import { isReferred, type OwnedRef } from '../names/index.js';
import { type UserRow, users } from './tables.js';

export type UserRef = OwnedRef<'User'>;

/** `home` is the domain of a name alone. Does not check whether the caller may see it. */
export async function findUser(db: Db, ref: UserRef, home: Id<'Domain'>): Promise<UserRow | undefined> {
  const [row] = await db
    .select()
    .from(users)
    .where(isReferred(users, ref, home));
  return row;
}

/** By the names that a user logs in with. */
export const findUserByName = (db: Db, domain: string, name: string): Promise<UserRow | undefined> =>
  findUser(db, { inDomain: { name, domain } }, noId('Domain'));
