import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import { agents } from '../../identity/agents/tables.js';
import type { Id } from '../../platform/ids.js';
import { allowlists } from '../allowlists/tables.js';
import type { Severity, VerifierState } from '../verifier/index.js';

const at = (name: string) => timestamp(name, { withTimezone: true });

/**
 * What an agent proved about its machine, and the state that judging its next evidence needs. Keys and hashes are
 * base64.
 */
export const attestationRecords = pgTable(
  'attestation_records',
  {
    agentId: text('agent_id')
      .$type<Id<'Agent'>>()
      .primaryKey()
      .references(() => agents.id),
    domainId: text('domain_id').$type<Id<'Domain'>>().notNull(),
    projectId: text('project_id').$type<Id<'Project'>>().notNull(),
    tpmKind: text('tpm_kind', { enum: ['PHYSICAL', 'VIRTUAL'] }).notNull(),
    allowlistId: text('allowlist_id')
      .$type<Id<'Allowlist'>>()
      .references(() => allowlists.id),
    ekFingerprint: text('ek_fingerprint'),
    ekPublic: text('ek_public'),
    akPublic: text('ak_public'),
    akName: text('ak_name'),
    /**
     * True from activation until retirement. Only the proof of possession at activation reserves keys, not their mere
     * submission.
     */
    isLiving: boolean('is_living').notNull(),
    retiredAt: at('retired_at'),
    enrollmentTokenHash: text('enrollment_token_hash'),
    enrollmentExpiresAt: at('enrollment_expires_at'),
    activationSecretHash: text('activation_secret_hash'),
    verifierState: jsonb('verifier_state').$type<VerifierState>(),
    acceptedCount: integer('accepted_count').notNull(),
    rejectedCount: integer('rejected_count').notNull(),
    firstAcceptedAt: at('first_accepted_at'),
    lastAcceptedAt: at('last_accepted_at'),
    lastRejectedAt: at('last_rejected_at'),
    lastSeverity: text('last_severity').$type<Severity>(),
    lastResultId: text('last_result_id').$type<Id<'AttestationResult'>>(),
    /**
     * The number that open challenges have. Each recorded answer to one, and each operation on the agent, adds one: that
     * makes all earlier challenges void.
     */
    challengeNumber: integer('challenge_number').notNull().default(0),
    /** The challenge that was answered last, what with, and the result: the same again gets the same result. */
    answeredChallenge: text('answered_challenge'),
    answeredEvidence: text('answered_evidence'),
    answeredResultId: text('answered_result_id').$type<Id<'AttestationResult'>>(),
  },
  (t) => [
    uniqueIndex('attestation_records_ek_fingerprint_key').on(t.ekFingerprint).where(sql`${t.isLiving}`),
    uniqueIndex('attestation_records_ak_name_key').on(t.akName).where(sql`${t.isLiving}`),
    uniqueIndex('attestation_records_enrollment_token_hash_key').on(t.enrollmentTokenHash),
    // The agents of a list by creation time, for a tenant and for a project: others may use the same list.
    index('attestation_records_allowlist_id_domain_id_agent_id_idx').on(t.allowlistId, t.domainId, t.agentId),
    index('attestation_records_allowlist_id_project_id_agent_id_idx').on(t.allowlistId, t.projectId, t.agentId),
    index('attestation_records_retired_at_idx').on(t.retiredAt).where(sql`${t.retiredAt} is not null`),
  ],
);

export type RecordRow = typeof attestationRecords.$inferSelect;
