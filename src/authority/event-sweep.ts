import { events, removeEvents } from '../events/index.js';
import type { Sweep } from './manifest.js';

const SWEPT_AT_ONCE = 500;

/** Whoever resumes from before the retention is told to read afresh, whether the sweep came by already or not. */
export const eventSweep: Sweep = {
  name: 'events',
  removes: [events],
  removeSome: ({ db, clock, settings }) => {
    const now = clock.now();
    return removeEvents(db, new Date(now.getTime() - settings.eventRetentionMs), now, SWEPT_AT_ONCE);
  },
};
