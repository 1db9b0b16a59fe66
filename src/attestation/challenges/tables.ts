import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import { agents } from '../../identity/agents/tables.js';
import type { Id } from '../../platform/ids.js';
import type { HashAlgorithm } from '../tpm/index.js';

const at = (name: string) => timestamp(name, { withTimezone: true });

/** Challenges of the release before, whose replicas may still run. This one keeps none; the next drops the table. */
export const attestations = pgTable(
  'attestations',
  {
    id: text('id').primaryKey(),
    agentId: text('agent_id')
      .$type<Id<'Agent'>>()
      .notNull()
      .references(() => agents.id),
    nonce: text('nonce').notNull(),
    pcrs: jsonb('pcrs').$type<readonly number[]>().notNull(),
    hashAlgorithms: jsonb('hash_algorithms').$type<readonly HashAlgorithm[]>().notNull(),
    imaOffset: integer('ima_offset').notNull(),
    state: text('state', { enum: ['OPEN', 'USED', 'VOID'] }).notNull(),
    evidenceDigest: text('evidence_digest'),
    resultId: text('result_id').$type<Id<'AttestationResult'>>(),
    expiresAt: at('expires_at').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (t) => [
    uniqueIndex('attestations_agent_id_open_key').on(t.agentId).where(sql`${t.state} = 'OPEN'`),
    index('attestations_agent_id_idx').on(t.agentId),
    index('attestations_expires_at_idx').on(t.expiresAt),
  ],
);
