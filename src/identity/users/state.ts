import { eq, sql } from 'drizzle-orm';
import type { Tx } from '../../db/open.js';
import { users } from './tables.js';

/** Changes a user's password; the caller must revoke what the old password gave. */
export function setPassword(tx: Tx, id: string, passwordHash: string, mustChangePassword: boolean): Promise<void> {
  return change(tx, id, { passwordHash, mustChangePassword });
}

export function setEnabled(tx: Tx, id: string, isEnabled: boolean): Promise<void> {
  return change(tx, id, { isEnabled });
}

async function change(tx: Tx, id: string, fields: Partial<typeof users.$inferInsert>): Promise<void> {
  await tx
    .update(users)
    .set({ ...fields, version: sql`${users.version} + 1` })
    .where(eq(users.id, id));
}
