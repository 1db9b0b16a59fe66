import { eq, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import type { Tx } from './types.js';

/**
 * Holds the row of an owner until the transaction ends. Call it before you count what the owner has against a limit, so
 * that nobody adds to what was counted. Reads do not wait, nor does a row that only refers to the owner. Null is the
 * system, which has no row.
 */
export async function holdOwner(tx: Tx, key: PgColumn, id: string | null): Promise<void> {
  if (id === null) await tx.execute(sql`select pg_advisory_xact_lock(${ADVISORY_LOCKS.ofSystem}::bigint)`);
  else await tx.select({ id: key }).from(key.table).where(eq(key, id)).for('no key update');
}
