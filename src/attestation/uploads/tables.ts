import { index, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/** Announced content: its size and digest are told before its bytes come. Owned by one user or one agent. */
export const uploads = pgTable(
  'uploads',
  {
    id: text('id').primaryKey(),
    userId: text('user_id'),
    agentId: text('agent_id'),
    size: integer('size').notNull(),
    /** sha256:hex. Not a reference: the content is there only once the upload is FILLED. */
    digest: text('digest').notNull(),
    state: text('state', { enum: ['OPEN', 'FILLED'] }).notNull(),
    expiresAt: timestamp('expires_at', { withTimezone: true }).notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
  },
  (t) => [index('uploads_user_id_idx').on(t.userId), index('uploads_agent_id_idx').on(t.agentId)],
);

export type UploadRow = typeof uploads.$inferSelect;
