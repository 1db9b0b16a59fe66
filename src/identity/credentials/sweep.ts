import { and, eq, lte, notExists, sql } from 'drizzle-orm';
import type { Sweep } from '../../authority/index.js';
import { removeSome } from '../../db/remove-some.js';
import { tokens } from '../tokens/tables.js';
import { apiCredentials } from './tables.js';

const SWEPT_AT_ONCE = 500;

/** Removes a credential after the tokens that were issued to it, which expire no later. */
export const credentialSweep: Sweep = {
  name: 'expired API credentials',
  removes: [apiCredentials],
  removeSome: ({ db, clock, settings }) => {
    const before = new Date(clock.now().getTime() - settings.endedRetentionMs);
    const issued = db.select({ one: sql`1` }).from(tokens).where(eq(tokens.credentialId, apiCredentials.id));
    const isPast = and(lte(apiCredentials.expiresAt, before), notExists(issued));
    return removeSome(db, apiCredentials.id, isPast, SWEPT_AT_ONCE);
  },
};
