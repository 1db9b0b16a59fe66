import { eq } from 'drizzle-orm';
import type { Db, Tx } from '../../db/open.js';
import type { Id } from '../../platform/ids.js';
import { type EkBanRow, ekBans } from './tables.js';

/** The ban of an endorsement key; undefined for a key that may enroll. */
export async function findByKey(db: Db, ekFingerprint: string): Promise<EkBanRow | undefined> {
  const [row] = await db.select().from(ekBans).where(eq(ekBans.ekFingerprint, ekFingerprint));
  return row;
}

/** The ban that came with an agent's; undefined where there is none, or no more. */
export async function findByAgent(db: Db, agentId: Id<'Agent'>): Promise<EkBanRow | undefined> {
  const [row] = await db.select().from(ekBans).where(eq(ekBans.agentId, agentId));
  return row;
}

/** A key that is banned already stays banned as it was. */
export async function insert(tx: Tx, row: EkBanRow): Promise<void> {
  await tx.insert(ekBans).values(row).onConflictDoNothing();
}

export async function remove(tx: Tx, { ekFingerprint }: EkBanRow): Promise<void> {
  await tx.delete(ekBans).where(eq(ekBans.ekFingerprint, ekFingerprint));
}
