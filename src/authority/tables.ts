import { bigint, index, pgTable, primaryKey, smallint, text, timestamp } from 'drizzle-orm/pg-core';
import type { Id } from '../platform/ids.js';

/**
 * One row that counts every change of rights. Readers cache effective roles under it, and writers lock it while they
 * decide, so a request that starts after an acknowledged revoke never has the old right.
 */
export const authorizationEpoch = pgTable('authorization_epoch', {
  id: smallint('id').primaryKey(),
  epoch: bigint('epoch', { mode: 'number' }).notNull(),
});

/** What a caller's request ids were used for, kept for a day. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    principalId: text('principal_id').$type<Id<'User' | 'Agent'>>().notNull(),
    mutation: text('mutation').notNull(),
    requestId: text('request_id').notNull(),
    inputHash: text('input_hash').notNull(),
    resultId: text('result_id').notNull(),
    expiresAt: timestamp('expires_at', { withTimezone: true }).notNull(),
  },
  (t) => [
    primaryKey({ name: 'idempotency_keys_pkey', columns: [t.principalId, t.mutation, t.requestId] }),
    index('idempotency_keys_expires_at_idx').on(t.expiresAt),
  ],
);
