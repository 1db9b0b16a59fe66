import { sql } from 'drizzle-orm';
import { index, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import type { Id } from '../../platform/ids.js';
import { nodes } from '../nodes/tables.js';

/** One row for each node, and little in it: a fleet writes it all the time. */
export const nodeLeases = pgTable(
  'node_leases',
  {
    nodeId: text('node_id')
      .$type<Id<'Node'>>()
      .primaryKey()
      .references(() => nodes.id, { onDelete: 'cascade' }),
    renewedAt: timestamp('renewed_at', { withTimezone: true }),
    /**
     * When to look whether the node is still Ready: never after its lease ends. Renewals leave it, so that they touch no
     * index; null while nothing can change by time alone.
     */
    dueAt: timestamp('due_at', { withTimezone: true }),
  },
  (t) => [index('node_leases_due_at_idx').on(t.dueAt).where(sql`${t.dueAt} is not null`)],
);
