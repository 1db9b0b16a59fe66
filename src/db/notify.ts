import { sql } from 'drizzle-orm';
import type { Tx } from './types.js';

/** The one channel of all processes; what is said on it is a topic. */
export const CHANNEL = 'bailiwick';
/** Heard in place of any topic that may have been missed. */
export const EVERY_TOPIC = '*';

/**
 * Wakes who waits for a topic, in every process, once the transaction commits; said twice in a transaction it is heard
 * once. It carries nothing: who is woken reads the database, and decides for itself what it may see.
 */
export async function notify(tx: Tx, topic: string): Promise<void> {
  await tx.execute(sql`select pg_notify(${CHANNEL}, ${topic})`);
}
