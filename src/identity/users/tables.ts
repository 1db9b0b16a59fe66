import { boolean, index, integer, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { codePointText } from '../../db/code-point-text.js';
import type { Taken } from '../../db/taken.js';
import type { Id } from '../../platform/ids.js';
import { domains } from '../domains/tables.js';

export const users = pgTable(
  'users',
  {
    id: text('id').$type<Id<'User'>>().primaryKey(),
    domainId: text('domain_id')
      .$type<Id<'Domain'>>()
      .notNull()
      .references(() => domains.id),
    name: codePointText('name').notNull(),
    /** For display only, as the e-mail address. */
    displayName: text('display_name'),
    email: text('email'),
    passwordHash: text('password_hash').notNull(),
    isEnabled: boolean('is_enabled').notNull(),
    /** True when somebody else chose the password: it is valid for one log-in, which must set a new one. */
    mustChangePassword: boolean('must_change_password').notNull().default(false),
    version: integer('version').notNull().default(1),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    unique('users_domain_id_name_key').on(t.domainId, t.name),
    index('users_domain_id_id_idx').on(t.domainId, t.id),
    index('users_domain_id_name_idx').on(t.domainId, t.name, t.id),
    index('users_name_idx').on(t.name, t.id),
  ],
);

export type UserRow = typeof users.$inferSelect;

export const usersTaken: Taken = {
  users_domain_id_name_key: { field: 'name', what: 'A user named' },
};
