import { index, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { agents } from '../../identity/agents/tables.js';
import type { Id } from '../../platform/ids.js';
import type { AgentState, Counts, Failure } from '../verifier/index.js';

/** The result of judging one submission of evidence. Rows never change. */
export const attestationResults = pgTable(
  'attestation_results',
  {
    id: text('id').$type<Id<'AttestationResult'>>().primaryKey(),
    agentId: text('agent_id')
      .$type<Id<'Agent'>>()
      .notNull()
      .references(() => agents.id),
    domainId: text('domain_id').$type<Id<'Domain'>>().notNull(),
    projectId: text('project_id').$type<Id<'Project'>>().notNull(),
    /** Only replicas of the release before write it. */
    attestationId: text('attestation_id'),
    verdict: text('verdict', { enum: ['ACCEPTED', 'REJECTED'] }).notNull(),
    failures: jsonb('failures').$type<readonly Failure[]>().notNull(),
    counts: jsonb('counts').$type<Readonly<Counts>>().notNull(),
    allowlistRevisionId: text('allowlist_revision_id').$type<Id<'AllowlistRevision'>>(),
    stateAfter: text('state_after').$type<AgentState>().notNull(),
    receivedAt: timestamp('received_at', { withTimezone: true }).notNull(),
  },
  (t) => [
    index('attestation_results_agent_id_id_idx').on(t.agentId, t.id),
    index('attestation_results_allowlist_revision_id_idx').on(t.allowlistRevisionId),
  ],
);

export type AttestationResultRow = typeof attestationResults.$inferSelect;
