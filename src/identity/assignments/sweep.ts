import { lte } from 'drizzle-orm';
import type { Sweep } from '../../authority/index.js';
import { removeSome } from '../../db/remove-some.js';
import { roleAssignments } from './tables.js';

const SWEPT_AT_ONCE = 500;

/** These assignments have ended, so nobody's rights change. */
export const assignmentSweep: Sweep = {
  name: 'ended role assignments',
  removes: [roleAssignments],
  removeSome: ({ db, clock, settings }) => {
    const before = new Date(clock.now().getTime() - settings.endedRetentionMs);
    return removeSome(db, roleAssignments.id, lte(roleAssignments.expiresAt, before), SWEPT_AT_ONCE);
  },
};
