import { index, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import type { Id } from '../../platform/ids.js';
import { contents } from '../contents/tables.js';

/** Announced content: its size and digest are known before its bytes arrive. Owned by one user or one agent. */
export const uploads = pgTable(
  'uploads',
  {
    id: text('id').$type<Id<'Upload'>>().primaryKey(),
    userId: text('user_id').$type<Id<'User'>>(),
    agentId: text('agent_id').$type<Id<'Agent'>>(),
    size: integer('size').notNull(),
    /** sha256:hex, as announced. */
    digest: text('digest').notNull(),
    /** The same digest, once the bytes have arrived. */
    contentDigest: text('content_digest').references(() => contents.digest),
    expiresAt: timestamp('expires_at', { withTimezone: true }).notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
  },
  (t) => [
    index('uploads_user_id_idx').on(t.userId),
    index('uploads_agent_id_idx').on(t.agentId),
    index('uploads_expires_at_idx').on(t.expiresAt),
    index('uploads_content_digest_idx').on(t.contentDigest),
  ],
);

export type UploadRow = typeof uploads.$inferSelect;
