import { events, placeSome, removeEvents } from '../events/index.js';
import type { Chore, Sweep } from './manifest.js';

const SWEPT_AT_ONCE = 500;
const PLACED_EVERY_MS = 2000;

/** A client that resumes from before the retention is refused, whether the sweep removed the events already or not. */
export const eventSweep: Sweep = {
  name: 'events',
  removes: [events],
  removeSome: ({ db, clock, settings }) => {
    const now = clock.now();
    return removeEvents(db, new Date(now.getTime() - settings.eventRetentionMs), now, SWEPT_AT_ONCE);
  },
};

/** Places events that were committed but not placed, because the process died or the database was away. */
export const outboxChore: Chore = {
  name: 'events left in the outbox',
  intervalMs: () => PLACED_EVERY_MS,
  doSome: ({ db, clock }) => placeSome(db, clock.now()),
};
