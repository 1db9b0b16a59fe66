import { eq, sql } from 'drizzle-orm';
import type { Tx } from '../../db/open.js';
import type { Id } from '../../platform/ids.js';
import { users } from './tables.js';

/** Changes what a user is known by; what the old password gave is for the caller to end. */
export function setPassword(tx: Tx, id: Id<'User'>, passwordHash: string, mustChangePassword: boolean): Promise<void> {
  return change(tx, id, { passwordHash, mustChangePassword });
}

export function setEnabled(tx: Tx, id: Id<'User'>, isEnabled: boolean): Promise<void> {
  return change(tx, id, { isEnabled });
}

async function change(tx: Tx, id: Id<'User'>, fields: Partial<typeof users.$inferInsert>): Promise<void> {
  await tx
    .update(users)
    .set({ ...fields, version: sql`${users.version} + 1` })
    .where(eq(users.id, id));
}
