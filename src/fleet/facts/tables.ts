import { bigint, integer, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import type { Id } from '../../platform/ids.js';
import type { Label } from '../labels/tables.js';
import { nodes } from '../nodes/tables.js';

const at = (name: string) => timestamp(name, { withTimezone: true });

/** One row for each node: what its machine says of itself. No index, since all of it changes all the time. */
export const nodeFacts = pgTable('node_facts', {
  nodeId: text('node_id')
    .$type<Id<'Node'>>()
    .primaryKey()
    .references(() => nodes.id, { onDelete: 'cascade' }),
  os: text('os'),
  kernel: text('kernel'),
  architecture: text('architecture'),
  cpus: integer('cpus'),
  memoryBytes: bigint('memory_bytes', { mode: 'number' }),
  diskBytes: bigint('disk_bytes', { mode: 'number' }),
  addresses: jsonb('addresses').$type<readonly string[]>().notNull().default([]),
  labels: jsonb('labels').$type<readonly Label[]>().notNull().default([]),
  bootedAt: at('booted_at'),
  agentVersion: text('agent_version'),
  /** Null before the first report. */
  lastReportedAt: at('last_reported_at'),
});

export type FactsRow = typeof nodeFacts.$inferSelect;
