import { bigint, index, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import type { Id } from '../platform/ids.js';

const what = () => ({
  id: text('id').$type<Id<'Event'>>().notNull(),
  type: text('type').notNull(),
  objectId: text('object_id').notNull(),
  details: jsonb('details').$type<Readonly<Record<string, unknown>>>().notNull(),
  occurredAt: timestamp('occurred_at', { withTimezone: true }).notNull(),
});

/** What changed, written by the transaction of the change; sent to streams once it is moved to `events`. */
export const eventOutbox = pgTable('event_outbox', {
  /** Drawn while the object is locked, so that the events of one object are in the order of its changes. */
  turn: bigint('turn', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  ...what(),
});

/** What changed, for streams; kept for the retention. Callers may see an event if they may read its object now. */
export const events = pgTable(
  'events',
  {
    /** The order in which events are sent. A time in microseconds, so it does not reveal how many events there are. */
    position: bigint('position', { mode: 'number' }).primaryKey(),
    ...what(),
  },
  (t) => [index('events_type_position_idx').on(t.type, t.position)],
);

export type EventRow = typeof events.$inferSelect;
