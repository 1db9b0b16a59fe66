import { bigint, index, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

const what = () => ({
  id: text('id').notNull(),
  type: text('type').notNull(),
  objectId: text('object_id').notNull(),
  details: jsonb('details').$type<Readonly<Record<string, unknown>>>().notNull(),
  occurredAt: timestamp('occurred_at', { withTimezone: true }).notNull(),
});

/** What changed, as the transaction of the change writes it; it is told once it was moved to `events`. */
export const eventOutbox = pgTable('event_outbox', {
  /** Drawn while the object is held, so that the events of one object are in the order of its changes. */
  turn: bigint('turn', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  ...what(),
});

/** What changed, for those who watch; kept for the retention. Who may see an event is who may read its object now. */
export const events = pgTable(
  'events',
  {
    /** The order in which events are told. In microseconds of time, so that it does not tell how many there are. */
    position: bigint('position', { mode: 'number' }).primaryKey(),
    ...what(),
  },
  (t) => [index('events_type_position_idx').on(t.type, t.position)],
);

export type EventRow = typeof events.$inferSelect;
