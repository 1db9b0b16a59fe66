import { sql } from 'drizzle-orm';
import { boolean, check, foreignKey, index, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core';
import type { Id } from '../../platform/ids.js';
import { domains } from '../domains/tables.js';
import { groups } from '../groups/tables.js';
import { projects } from '../projects/tables.js';
import { roles } from '../roles/tables.js';
import { users } from '../users/tables.js';

export const roleAssignments = pgTable(
  'role_assignments',
  {
    id: text('id').$type<Id<'RoleAssignment'>>().primaryKey(),
    /** Who holds it: a user, or a group and so its members. */
    userId: text('user_id')
      .$type<Id<'User'>>()
      .references(() => users.id),
    groupId: text('group_id')
      .$type<Id<'Group'>>()
      .references(() => groups.id),
    roleId: text('role_id')
      .$type<Id<'Role'>>()
      .notNull()
      .references(() => roles.id),
    scopeType: text('scope_type', { enum: ['system', 'domain', 'project'] }).notNull(),
    /** The domain of the scope, and for a project the one it is in. */
    domainId: text('domain_id')
      .$type<Id<'Domain'>>()
      .references(() => domains.id),
    projectId: text('project_id').$type<Id<'Project'>>(),
    isInherited: boolean('is_inherited').notNull(),
    notBefore: timestamp('not_before', { withTimezone: true }),
    expiresAt: timestamp('expires_at', { withTimezone: true }),
    reason: text('reason'),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
  },
  (t) => [
    foreignKey({
      name: 'role_assignments_project_id_domain_id_fkey',
      columns: [t.projectId, t.domainId],
      foreignColumns: [projects.id, projects.domainId],
    }),
    unique('role_assignments_key')
      .on(t.userId, t.groupId, t.roleId, t.scopeType, t.domainId, t.projectId, t.isInherited)
      .nullsNotDistinct(),
    index('role_assignments_user_id_id_idx').on(t.userId, t.id),
    index('role_assignments_group_id_id_idx').on(t.groupId, t.id),
    index('role_assignments_role_id_id_idx').on(t.roleId, t.id),
    index('role_assignments_domain_id_id_idx').on(t.domainId, t.id),
    index('role_assignments_domain_id_role_id_idx').on(t.domainId, t.roleId, t.id),
    index('role_assignments_domain_id_project_id_id_idx').on(t.domainId, t.projectId, t.id),
    index('role_assignments_expires_at_idx').on(t.expiresAt).where(sql`${t.expiresAt} is not null`),
    check('role_assignments_holder_check', sql`num_nonnulls(${t.userId}, ${t.groupId}) = 1`),
    check(
      'role_assignments_scope_check',
      sql`case ${t.scopeType}
        when 'system' then ${t.domainId} is null and ${t.projectId} is null and not ${t.isInherited}
        when 'domain' then ${t.domainId} is not null and ${t.projectId} is null
        else ${t.domainId} is not null and ${t.projectId} is not null end`,
    ),
  ],
);

export type AssignmentRow = typeof roleAssignments.$inferSelect;
