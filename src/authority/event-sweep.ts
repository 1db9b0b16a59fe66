import { events, removeEvents } from '../events/index.js';
import type { Sweep } from './manifest.js';

const SWEPT_AT_ONCE = 500;

/** Whoever resumes from before the retention is told to read afresh, whether the sweep came by already or not. */
export const eventSweep: Sweep = {
  name: 'events',
  removes: [events],
  removeSome: ({ db, clock, settings }) =>
    removeEvents(db, new Date(clock.now().getTime() - settings.eventRetentionMs), SWEPT_AT_ONCE),
};
