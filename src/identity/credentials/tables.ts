import { index, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { codePointText } from '../../db/code-point-text.js';
import type { Taken } from '../../db/taken.js';
import type { Id } from '../../platform/ids.js';
import { domains } from '../domains/tables.js';
import { users } from '../users/tables.js';

/** A key with which a script acts for a user. Its limits are set at creation and never change. */
export const apiCredentials = pgTable(
  'api_credentials',
  {
    id: text('id').$type<Id<'ApiCredential'>>().primaryKey(),
    userId: text('user_id')
      .$type<Id<'User'>>()
      .notNull()
      .references(() => users.id),
    /** The domain of the user, which never changes. */
    userDomainId: text('user_domain_id')
      .$type<Id<'Domain'>>()
      .notNull()
      .references(() => domains.id),
    name: codePointText('name').notNull(),
    description: text('description'),
    /** SHA-256 of the key in hex; the key itself, 256 random bits, is not stored. */
    keyHash: text('key_hash').notNull(),
    scopeType: text('scope_type', { enum: ['system', 'domain', 'project'] }).notNull(),
    domainId: text('domain_id').$type<Id<'Domain'>>(),
    projectId: text('project_id').$type<Id<'Project'>>(),
    /** Names of the roles it keeps of those that its user holds there, at each use. */
    roles: text('roles').array().notNull(),
    /** Names of the only policies that it passes; null for all. */
    allowedPolicies: text('allowed_policies').array(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
    expiresAt: timestamp('expires_at', { withTimezone: true }).notNull(),
  },
  (t) => [
    unique('api_credentials_user_id_name_key').on(t.userId, t.name),
    index('api_credentials_user_id_idx').on(t.userId, t.id),
    index('api_credentials_user_domain_id_id_idx').on(t.userDomainId, t.id),
    index('api_credentials_user_domain_id_name_idx').on(t.userDomainId, t.name, t.id),
    index('api_credentials_name_idx').on(t.name, t.id),
    index('api_credentials_expires_at_idx').on(t.expiresAt),
    index('api_credentials_domain_id_project_id_idx').on(t.domainId, t.projectId),
  ],
);

export type ApiCredentialRow = typeof apiCredentials.$inferSelect;

export const apiCredentialsTaken: Taken = {
  api_credentials_user_id_name_key: { field: 'name', what: 'An API credential named' },
};
