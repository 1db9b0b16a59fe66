import { events, placeSome, removeEvents } from '../events/index.js';
import type { Chore, Sweep } from './manifest.js';

const SWEPT_AT_ONCE = 500;
const PLACED_EVERY_MS = 2000;

/** Whoever resumes from before the retention is told to read afresh, whether the sweep came by already or not. */
export const eventSweep: Sweep = {
  name: 'events',
  removes: [events],
  removeSome: ({ db, clock, settings }) => {
    const now = clock.now();
    return removeEvents(db, new Date(now.getTime() - settings.eventRetentionMs), now, SWEPT_AT_ONCE);
  },
};

/** Tells what was committed and not told, because its process died or the database was away just then. */
export const outboxChore: Chore = {
  name: 'events left in the outbox',
  intervalMs: () => PLACED_EVERY_MS,
  doSome: ({ db, clock }) => placeSome(db, clock.now()),
};
