import { sql } from 'drizzle-orm';
import type { Tx } from './types.js';

/** The one channel of all processes; each message is a topic. */
export const CHANNEL = 'bailiwick';
/** Sent to listeners when topics may have been missed. */
export const EVERY_TOPIC = '*';

/**
 * Wakes the listeners of a topic in every process once the transaction commits; repeated in a transaction, it arrives
 * once. It carries no data: listeners read the database, and decide what their callers may see.
 */
export async function notify(tx: Tx, topic: string): Promise<void> {
  await tx.execute(sql`select pg_notify(${CHANNEL}, ${topic})`);
}
