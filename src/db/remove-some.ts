import { inArray, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Db } from './types.js';

/** Removes some rows that meet a condition, except rows that somebody locks; returns how many. */
export async function removeSome(db: Db, key: PgColumn, where: SQL | undefined, limit: number): Promise<number> {
  const some = db.select({ key }).from(key.table).where(where).limit(limit).for('update', { skipLocked: true });
  return (await db.delete(key.table).where(inArray(key, some)).returning({ key })).length;
}
