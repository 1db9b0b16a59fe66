import { and, eq, exists, gt, lte, notExists, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Sweep } from '../../authority/index.js';
import { removeSome } from '../../db/remove-some.js';
import { attestationResults } from '../results/tables.js';
import { allowlistRevisions } from './tables.js';

const SWEPT_AT_ONCE = 100;
const later = alias(allowlistRevisions, 'later');

/**
 * Revisions in whose place another came, and which no result refers to: results are given under the revision in force,
 * so none comes to refer to one of these.
 */
export const revisionSweep: Sweep = {
  name: 'allowlist revisions',
  removes: [allowlistRevisions],
  removeSome: ({ db, clock, settings }) => {
    const { id, allowlistId, number, createdAt } = allowlistRevisions;
    const before = new Date(clock.now().getTime() - settings.revisionRetentionMs);
    const one = { one: sql`1` };
    const isLater = and(eq(later.allowlistId, allowlistId), gt(later.number, number), lte(later.createdAt, before));
    const isReplaced = exists(db.select(one).from(later).where(isLater));
    const results = db.select(one).from(attestationResults).where(eq(attestationResults.allowlistRevisionId, id));
    return removeSome(db, id, and(lte(createdAt, before), isReplaced, notExists(results)), SWEPT_AT_ONCE);
  },
};
