import { and, eq, getTableColumns } from 'drizzle-orm';
import { equals } from '../../db/among.js';
import type { Db } from '../../db/open.js';
import type { Id } from '../../platform/ids.js';
import { domains } from '../domains/tables.js';
import { type GroupRow, groups } from './tables.js';

/** A group by id or by name: one of the two. */
export interface GroupRef {
  readonly id?: Id<'Group'> | null | undefined;
  readonly name?: { readonly group: string; readonly domain: string } | null | undefined;
}

/** Does not check whether the caller may see it. */
export async function findGroup(db: Db, { id, name }: GroupRef): Promise<GroupRow | undefined> {
  const isNamed = and(equals(groups.name, name?.group ?? ''), equals(domains.name, name?.domain ?? ''));
  const [row] = await db
    .select(getTableColumns(groups))
    .from(groups)
    .innerJoin(domains, eq(domains.id, groups.domainId))
    .where(id != null ? eq(groups.id, id) : isNamed);
  return row;
}
