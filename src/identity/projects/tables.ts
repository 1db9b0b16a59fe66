import { pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { domains } from '../domains/tables.js';

export const projects = pgTable(
  'projects',
  {
    id: text('id').primaryKey(),
    domainId: text('domain_id')
      .notNull()
      .references(() => domains.id),
    name: text('name').notNull(),
    description: text('description'),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
  },
  (t) => [
    unique('projects_domain_id_name_key').on(t.domainId, t.name),
    // What project-owned rows refer to, so that their two owners cannot disagree.
    unique('projects_id_domain_id_key').on(t.id, t.domainId),
  ],
);

export type ProjectRow = typeof projects.$inferSelect;
