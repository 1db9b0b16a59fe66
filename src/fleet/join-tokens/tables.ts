import { foreignKey, index, integer, jsonb, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { allowlists } from '../../attestation/allowlists/tables.js';
import { projects } from '../../identity/projects/tables.js';
import type { Id } from '../../platform/ids.js';
import type { Label } from '../labels/tables.js';
import { nodes } from '../nodes/tables.js';

const at = (name: string) => timestamp(name, { withTimezone: true });

/** What lets machines join, and says what they become. A token that is revoked has no row. */
export const joinTokens = pgTable(
  'join_tokens',
  {
    id: text('id').$type<Id<'JoinToken'>>().primaryKey(),
    /** SHA-256 of the token, which itself is not stored. */
    tokenHash: text('token_hash').notNull(),
    description: text('description'),
    domainId: text('domain_id').$type<Id<'Domain'>>().notNull(),
    /** Of the agents. */
    projectId: text('project_id').$type<Id<'Project'>>().notNull(),
    /** The waiting node whose machine it brings; a token without one makes nodes, by a name or a pattern. */
    nodeId: text('node_id')
      .$type<Id<'Node'>>()
      .references(() => nodes.id, { onDelete: 'cascade' }),
    nodeName: text('node_name'),
    address: text('address'),
    labels: jsonb('labels').$type<readonly Label[]>().notNull().default([]),
    /** Null where it says nothing. */
    tenants: text('tenants').array().$type<Id<'Project'>[]>(),
    allowlistId: text('allowlist_id')
      .$type<Id<'Allowlist'>>()
      .references(() => allowlists.id),
    availability: text('availability', { enum: ['ACTIVE', 'PAUSE', 'DRAIN'] }),
    tpmKind: text('tpm_kind', { enum: ['PHYSICAL', 'VIRTUAL'] }).notNull(),
    uses: integer('uses').notNull(),
    /** A use is spent when a machine has joined. */
    usedCount: integer('used_count').notNull().default(0),
    /** The number that a pattern has next. */
    nextNumber: integer('next_number').notNull().default(1),
    createdBy: text('created_by').notNull(),
    createdAt: at('created_at').notNull(),
    expiresAt: at('expires_at').notNull(),
  },
  (t) => [
    unique('join_tokens_token_hash_key').on(t.tokenHash),
    foreignKey({
      name: 'join_tokens_project_id_domain_id_fkey',
      columns: [t.projectId, t.domainId],
      foreignColumns: [projects.id, projects.domainId],
    }),
    index('join_tokens_project_id_idx').on(t.projectId),
    index('join_tokens_domain_id_idx').on(t.domainId),
    index('join_tokens_node_id_idx').on(t.nodeId),
    index('join_tokens_allowlist_id_idx').on(t.allowlistId),
    index('join_tokens_expires_at_idx').on(t.expiresAt),
  ],
);

export type JoinTokenRow = typeof joinTokens.$inferSelect;

/**
 * A machine that began to join: it has presented a token and the keys of its TPM, and has not proved yet that they are
 * in one TPM. There is no agent before that. Keys and hashes are base64.
 */
export const joinings = pgTable(
  'joinings',
  {
    joinTokenId: text('join_token_id')
      .$type<Id<'JoinToken'>>()
      .notNull()
      .references(() => joinTokens.id, { onDelete: 'cascade' }),
    ekFingerprint: text('ek_fingerprint').notNull(),
    /** The id that its agent gets. */
    agentId: text('agent_id').$type<Id<'Agent'>>().notNull(),
    ekPublic: text('ek_public').notNull(),
    akPublic: text('ak_public').notNull(),
    akName: text('ak_name').notNull(),
    /** Of the secret that only this TPM can read. */
    secretHash: text('secret_hash').notNull(),
    begunAt: at('begun_at').notNull(),
  },
  (t) => [
    unique('joinings_join_token_id_ek_fingerprint_key').on(t.joinTokenId, t.ekFingerprint),
    unique('joinings_secret_hash_key').on(t.secretHash),
    index('joinings_join_token_id_begun_at_idx').on(t.joinTokenId, t.begunAt),
    index('joinings_begun_at_idx').on(t.begunAt),
  ],
);

export type JoiningRow = typeof joinings.$inferSelect;
