import { index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { codePointText } from '../../db/code-point-text.js';
import type { Id } from '../../platform/ids.js';
import { nodes } from '../nodes/tables.js';

/** Labels that people or the server set. What machines report of themselves is among their facts. */
export const nodeLabels = pgTable(
  'node_labels',
  {
    nodeId: text('node_id')
      .$type<Id<'Node'>>()
      .notNull()
      .references(() => nodes.id, { onDelete: 'cascade' }),
    /** With its namespace. */
    key: codePointText('key').notNull(),
    value: text('value').notNull(),
  },
  (t) => [
    primaryKey({ name: 'node_labels_pkey', columns: [t.nodeId, t.key] }),
    index('node_labels_key_value_node_id_idx').on(t.key, t.value, t.nodeId),
  ],
);

export interface Label {
  readonly key: string;
  readonly value: string;
}
