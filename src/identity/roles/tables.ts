import { boolean, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';

export const roles = pgTable(
  'roles',
  {
    id: text('id').primaryKey(),
    /** In lower case: role names are compared without regard to it. */
    name: text('name').notNull(),
    isImmutable: boolean('is_immutable').notNull(),
  },
  (t) => [unique('roles_name_key').on(t.name)],
);

export const roleImplications = pgTable(
  'role_implications',
  {
    roleId: text('role_id')
      .notNull()
      .references(() => roles.id),
    impliedRoleId: text('implied_role_id')
      .notNull()
      .references(() => roles.id),
  },
  (t) => [primaryKey({ name: 'role_implications_pkey', columns: [t.roleId, t.impliedRoleId] })],
);
