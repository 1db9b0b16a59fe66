import { index, pgTable, smallint, text, timestamp } from 'drizzle-orm/pg-core';

/** Used log-in nonces, until they expire. */
export const loginNonces = pgTable(
  'login_nonces',
  {
    nonce: text('nonce').primaryKey(),
    expiresAt: timestamp('expires_at', { withTimezone: true }).notNull(),
  },
  (t) => [index('login_nonces_expires_at_idx').on(t.expiresAt)],
);

/** One row: the key of log-in nonces, in base64, created on first use. */
export const loginKeys = pgTable('login_keys', {
  id: smallint('id').primaryKey(),
  key: text('key').notNull(),
});
