import { and, eq } from 'drizzle-orm';
import { equals } from '../../db/among.js';
import type { Db } from '../../db/open.js';
import type { Id } from '../../platform/ids.js';
import { domains } from '../domains/tables.js';
import { findById } from './repository.js';
import { type UserRow, users } from './tables.js';

/** A user by id or by name: one of the two. */
export interface UserRef {
  readonly id?: Id<'User'> | null | undefined;
  readonly name?: { readonly user: string; readonly domain: string } | null | undefined;
}

/** Does not check whether the caller may see it. */
export async function findUser(db: Db, { id, name }: UserRef): Promise<UserRow | undefined> {
  return id != null ? findById(db, id) : findUserByName(db, name?.domain ?? '', name?.user ?? '');
}

export async function findUserByName(db: Db, domain: string, user: string): Promise<UserRow | undefined> {
  const [row] = await db
    .select({ user: users })
    .from(users)
    .innerJoin(domains, eq(domains.id, users.domainId))
    .where(and(equals(users.name, user), equals(domains.name, domain)));
  return row?.user;
}
