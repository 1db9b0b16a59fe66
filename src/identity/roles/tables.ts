import { boolean, index, integer, pgTable, primaryKey, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { codePointText } from '../../db/code-point-text.js';
import type { Taken } from '../../db/taken.js';
import type { Id } from '../../platform/ids.js';
import { domains } from '../domains/tables.js';

export const roles = pgTable(
  'roles',
  {
    id: text('id').$type<Id<'Role'>>().primaryKey(),
    /** The domain that owns it; null for a global role. A domain's role stands for the global roles that it implies. */
    domainId: text('domain_id')
      .$type<Id<'Domain'>>()
      .references(() => domains.id),
    /** In lower case: role names are compared without regard to it. */
    name: codePointText('name').notNull(),
    description: text('description'),
    /** Created at the first start, and never changes. */
    isImmutable: boolean('is_immutable').notNull(),
    /** Only system administrators grant it. */
    isSystemOnly: boolean('is_system_only').notNull().default(false),
    version: integer('version').notNull().default(1),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    unique('roles_domain_id_name_key').on(t.domainId, t.name).nullsNotDistinct(),
    index('roles_domain_id_id_idx').on(t.domainId, t.id),
    index('roles_name_idx').on(t.name, t.id),
  ],
);

export type RoleRow = typeof roles.$inferSelect;

export const rolesTaken: Taken = {
  roles_domain_id_name_key: { field: 'name', what: 'A role named' },
};

export const roleImplications = pgTable(
  'role_implications',
  {
    roleId: text('role_id')
      .$type<Id<'Role'>>()
      .notNull()
      .references(() => roles.id),
    impliedRoleId: text('implied_role_id')
      .$type<Id<'Role'>>()
      .notNull()
      .references(() => roles.id),
  },
  (t) => [
    primaryKey({ name: 'role_implications_pkey', columns: [t.roleId, t.impliedRoleId] }),
    index('role_implications_implied_role_id_idx').on(t.impliedRoleId),
  ],
);
