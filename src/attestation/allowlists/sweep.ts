import { and, eq, exists, gt, lte, notExists, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Sweep } from '../../authority/index.js';
import { removeSome } from '../../db/remove-some.js';
import { attestationResults } from '../results/tables.js';
import { allowlistRevisions } from './tables.js';

const SWEPT_AT_ONCE = 100;
const later = alias(allowlistRevisions, 'later');

/**
 * Replaced revisions that no result refers to. New results only refer to the revision in force, so none can refer to
 * one of these later.
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
