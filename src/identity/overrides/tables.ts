import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import { codePointText } from '../../db/code-point-text.js';
import type { Id } from '../../platform/ids.js';

/**
 * Complete sets of overrides, never changed: those that came into force, and candidates, which are only compared. The
 * newest that is not a candidate is in force. Both share one sequence of numbers.
 */
export const policyRevisions = pgTable(
  'policy_revisions',
  {
    number: integer('number').primaryKey(),
    isCandidate: boolean('is_candidate').notNull(),
    enforceNewDefaults: boolean('enforce_new_defaults').notNull(),
    /** Null for what was done at the database, without a server. Kept when the user is gone, so it refers to none. */
    userId: text('user_id').$type<Id<'User'>>(),
    reason: text('reason'),
    /** The revision that this one restores; 0 for the declared policies. */
    rolledBackTo: integer('rolled_back_to'),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
    /** When a candidate was deleted or replaced. */
    endedAt: timestamp('ended_at', { withTimezone: true }),
  },
  (t) => [
    index('policy_revisions_is_candidate_number_idx').on(t.isCandidate, t.number),
    check('policy_revisions_ended_at_check', sql`${t.isCandidate} or ${t.endedAt} is null`),
  ],
);

/** The checks of a revision, by the name of a policy or (without a colon) of a rule. */
export const policyOverrides = pgTable(
  'policy_overrides',
  {
    revision: integer('revision').notNull(),
    name: codePointText('name').notNull(),
    checkText: text('check_text').notNull(),
  },
  (t) => [
    primaryKey({ name: 'policy_overrides_pkey', columns: [t.revision, t.name] }),
    foreignKey({
      name: 'policy_overrides_revision_fkey',
      columns: [t.revision],
      foreignColumns: [policyRevisions.number],
    }),
  ],
);

/** Counts of the decisions that a candidate would change. */
export const policyCandidateChanges = pgTable(
  'policy_candidate_changes',
  {
    revision: integer('revision').notNull(),
    policy: codePointText('policy').notNull(),
    scopeType: text('scope_type').notNull(),
    change: text('change', { enum: ['ALLOWED_TO_DENIED', 'DENIED_TO_ALLOWED'] }).notNull(),
    count: bigint('count', { mode: 'number' }).notNull(),
    firstAt: timestamp('first_at', { withTimezone: true }).notNull(),
    lastAt: timestamp('last_at', { withTimezone: true }).notNull(),
  },
  (t) => [
    primaryKey({
      name: 'policy_candidate_changes_pkey',
      columns: [t.revision, t.policy, t.scopeType, t.change],
    }),
    foreignKey({
      name: 'policy_candidate_changes_revision_fkey',
      columns: [t.revision],
      foreignColumns: [policyRevisions.number],
    }),
  ],
);

export type RevisionRow = typeof policyRevisions.$inferSelect;
export type CandidateChangeRow = typeof policyCandidateChanges.$inferSelect;
