import { index, pgTable, text } from 'drizzle-orm/pg-core';
import { projects } from '../../identity/projects/tables.js';
import type { Id } from '../../platform/ids.js';
import { allowlists } from '../allowlists/tables.js';

/** What new agents of a project get; no row for a project without. A project's version counts the changes. */
export const projectDefaults = pgTable(
  'project_defaults',
  {
    projectId: text('project_id')
      .$type<Id<'Project'>>()
      .primaryKey()
      .references(() => projects.id, { onDelete: 'cascade' }),
    allowlistId: text('allowlist_id')
      .$type<Id<'Allowlist'>>()
      .notNull()
      .references(() => allowlists.id),
  },
  (t) => [index('project_defaults_allowlist_id_idx').on(t.allowlistId)],
);
