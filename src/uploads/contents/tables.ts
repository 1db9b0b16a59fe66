import { customType, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';

/** Written and read as base64 text: the embedded engine takes seconds over binary parameters of this size. */
const bytea = customType<{ data: string }>({ dataType: () => 'bytea' });

/** Large content, kept once whatever refers to it. */
export const contents = pgTable('contents', {
  /** sha256:hex of the content as it was given. */
  digest: text('digest').primaryKey(),
  /** Bytes of the content as it was given. */
  size: integer('size').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
});

/** The gzipped content, in pieces that a statement can carry. */
export const contentChunks = pgTable(
  'content_chunks',
  {
    digest: text('digest')
      .notNull()
      .references(() => contents.digest, { onDelete: 'cascade' }),
    seq: integer('seq').notNull(),
    data: bytea('data').notNull(),
  },
  (t) => [primaryKey({ name: 'content_chunks_pkey', columns: [t.digest, t.seq] })],
);
