import { index, integer, pgTable, primaryKey, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { codePointText } from '../../db/code-point-text.js';
import type { Taken } from '../../db/taken.js';
import type { Id } from '../../platform/ids.js';
import { domains } from '../domains/tables.js';
import { users } from '../users/tables.js';

export const groups = pgTable(
  'groups',
  {
    id: text('id').$type<Id<'Group'>>().primaryKey(),
    domainId: text('domain_id')
      .$type<Id<'Domain'>>()
      .notNull()
      .references(() => domains.id),
    name: codePointText('name').notNull(),
    description: text('description'),
    version: integer('version').notNull().default(1),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    unique('groups_domain_id_name_key').on(t.domainId, t.name),
    index('groups_domain_id_id_idx').on(t.domainId, t.id),
    index('groups_name_idx').on(t.name, t.id),
  ],
);

export type GroupRow = typeof groups.$inferSelect;

export const groupsTaken: Taken = {
  groups_domain_id_name_key: { field: 'name', what: 'A group named' },
};

export const groupMembers = pgTable(
  'group_members',
  {
    groupId: text('group_id')
      .$type<Id<'Group'>>()
      .notNull()
      .references(() => groups.id),
    userId: text('user_id')
      .$type<Id<'User'>>()
      .notNull()
      .references(() => users.id),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
  },
  (t) => [
    primaryKey({ name: 'group_members_pkey', columns: [t.groupId, t.userId] }),
    index('group_members_user_id_group_id_idx').on(t.userId, t.groupId),
  ],
);
