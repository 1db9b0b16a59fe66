import type { Db } from '../../db/open.js';
import type { Id } from '../../platform/ids.js';
import { isReferred, type OwnedRef } from '../names/index.js';
import { type GroupRow, groups } from './tables.js';

export type GroupRef = OwnedRef<'Group'>;

/** `home` is the domain of a name alone. Does not check whether the caller may see it. */
export async function findGroup(db: Db, ref: GroupRef, home: Id<'Domain'>): Promise<GroupRow | undefined> {
  const [row] = await db
    .select()
    .from(groups)
    .where(isReferred(groups, ref, home));
  return row;
}
