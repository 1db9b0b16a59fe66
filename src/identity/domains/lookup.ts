import { eq } from 'drizzle-orm';
import { equals } from '../../db/among.js';
import type { Db } from '../../db/open.js';
import type { Id } from '../../platform/ids.js';
import { type DomainRow, domains } from './tables.js';

/** A domain by id or by name: one of the two. */
export interface DomainRef {
  readonly id?: Id<'Domain'> | null | undefined;
  readonly name?: string | null | undefined;
}

/** Does not check whether the caller may see it. */
export async function findDomain(db: Db, { id, name }: DomainRef): Promise<DomainRow | undefined> {
  const [row] = await db
    .select()
    .from(domains)
    .where(id != null ? eq(domains.id, id) : equals(domains.name, name ?? ''));
  return row;
}
