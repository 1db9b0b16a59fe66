import { sql } from 'drizzle-orm';
import { type AnyPgColumn, check, index, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core';
import type { Id } from '../../platform/ids.js';
import { agents } from '../agents/tables.js';
import { apiCredentials } from '../credentials/tables.js';
import { users } from '../users/tables.js';

export const tokens = pgTable(
  'tokens',
  {
    id: text('id').$type<Id<'Token'>>().primaryKey(),
    /** SHA-256 of the token in hex; the token itself is nowhere. */
    hash: text('hash').notNull(),
    userId: text('user_id')
      .$type<Id<'User'>>()
      .references(() => users.id),
    agentId: text('agent_id')
      .$type<Id<'Agent'>>()
      .references(() => agents.id),
    scopeType: text('scope_type', { enum: ['system', 'domain', 'project', 'agent', 'unscoped'] }).notNull(),
    domainId: text('domain_id').$type<Id<'Domain'>>(),
    projectId: text('project_id').$type<Id<'Project'>>(),
    /** The roles it was narrowed to; null for all that are held. */
    roles: text('roles').array(),
    /** The API credential that it was issued to and whose limits it carries. */
    credentialId: text('credential_id')
      .$type<Id<'ApiCredential'>>()
      .references(() => apiCredentials.id),
    parentId: text('parent_id')
      .$type<Id<'Token'>>()
      .references((): AnyPgColumn => tokens.id),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
    expiresAt: timestamp('expires_at', { withTimezone: true }).notNull(),
    revokedAt: timestamp('revoked_at', { withTimezone: true }),
    /** A session is a token that only a browser can present, in a cookie, and that names no scope of its own. */
    kind: text('kind', { enum: ['bearer', 'browser'] })
      .notNull()
      .default('bearer'),
    /** When a session ends without requests. In no index, so that moving it writes to no index. */
    idleExpiresAt: timestamp('idle_expires_at', { withTimezone: true }),
    /** From where a session was opened, and by which browser. */
    clientAddress: text('client_address'),
    userAgent: text('user_agent'),
  },
  (t) => [
    unique('tokens_hash_key').on(t.hash),
    index('tokens_user_id_id_idx').on(t.userId, t.id),
    index('tokens_agent_id_idx').on(t.agentId),
    index('tokens_parent_id_idx').on(t.parentId),
    index('tokens_credential_id_idx').on(t.credentialId),
    index('tokens_expires_at_idx').on(t.expiresAt),
    index('tokens_domain_id_project_id_idx').on(t.domainId, t.projectId),
    check('tokens_kind_check', sql`(${t.kind} = 'browser') = (${t.idleExpiresAt} is not null)`),
  ],
);

export type TokenRow = typeof tokens.$inferSelect;
