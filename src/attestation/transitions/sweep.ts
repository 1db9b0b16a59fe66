import { lte } from 'drizzle-orm';
import type { Sweep } from '../../authority/index.js';
import { removeSome } from '../../db/remove-some.js';
import { trustTransitions } from './tables.js';

const SWEPT_AT_ONCE = 500;

export const transitionSweep: Sweep = {
  name: 'trust transitions',
  removes: [trustTransitions],
  removeSome: ({ db, clock, settings }) => {
    const before = new Date(clock.now().getTime() - settings.trustTransitionRetentionMs);
    return removeSome(db, trustTransitions.id, lte(trustTransitions.occurredAt, before), SWEPT_AT_ONCE);
  },
};
