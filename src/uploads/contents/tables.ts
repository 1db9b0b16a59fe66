import { customType, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';

/** Written and read as base64 text: the embedded engine takes seconds for binary parameters of this size. */
const bytea = customType<{ data: string }>({ dataType: () => 'bytea' });

/** Large content, stored once for all that refer to it. */
export const contents = pgTable('contents', {
  /** sha256:hex of the uncompressed content. */
  digest: text('digest').primaryKey(),
  /** Bytes of the uncompressed content. */
  size: integer('size').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
});

/** The gzipped content, in pieces that fit into one statement. */
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
