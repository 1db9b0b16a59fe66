import { sql } from 'drizzle-orm';
import { bigint, index, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core';
import type { Id } from '../../platform/ids.js';

/** The chain: which entry is at which place. Entries are dropped with their partitions, so no key refers to them. */
export const auditSeals = pgTable(
  'audit_seals',
  {
    seq: bigint('seq', { mode: 'number' }).primaryKey(),
    entryId: text('entry_id').$type<Id<'AuditEntry'>>().notNull(),
    hash: text('hash').notNull(),
  },
  (t) => [unique('audit_seals_entry_id_key').on(t.entryId)],
);

/** Signed places of the chain: one after each batch that was sealed. */
export const auditHeads = pgTable(
  'audit_heads',
  {
    seq: bigint('seq', { mode: 'number' }).primaryKey(),
    hash: text('hash').notNull(),
    signedAt: timestamp('signed_at', { withTimezone: true }).notNull(),
    keyId: text('key_id').notNull(),
    signature: text('signature').notNull(),
    /** The transaction and the id of the batch's last entry: the next batch begins after them. */
    xid: text('xid').notNull(),
    entryId: text('entry_id').$type<Id<'AuditEntry'>>().notNull(),
    /** Set when everything up to here was dropped on purpose: the chain begins after it. */
    trimSignedAt: timestamp('trim_signed_at', { withTimezone: true }),
    trimKeyId: text('trim_key_id'),
    trimSignature: text('trim_signature'),
  },
  (t) => [index('audit_heads_trim_idx').on(t.seq).where(sql`${t.trimSignedAt} is not null`)],
);

export type HeadRow = typeof auditHeads.$inferSelect;
