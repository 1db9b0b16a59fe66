import { and, eq } from 'drizzle-orm';
import type { Db } from '../../db/open.js';
import { domains } from '../domains/tables.js';
import { type UserRow, users } from './tables.js';

export async function findUserByName(db: Db, domain: string, user: string): Promise<UserRow | undefined> {
  const [row] = await db
    .select({ user: users })
    .from(users)
    .innerJoin(domains, eq(domains.id, users.domainId))
    .where(and(eq(users.name, user), eq(domains.name, domain)));
  return row?.user;
}
