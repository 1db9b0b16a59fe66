import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  smallint,
  text,
  timestamp,
  unique,
} from 'drizzle-orm/pg-core';
import { codePointText } from '../../db/code-point-text.js';
import type { Taken } from '../../db/taken.js';
import type { Id } from '../../platform/ids.js';
import { domains } from '../domains/tables.js';

/** Maximum depth of nested projects. */
export const DEPTH_MAX = 5;

export const projects = pgTable(
  'projects',
  {
    id: text('id').$type<Id<'Project'>>().primaryKey(),
    domainId: text('domain_id')
      .$type<Id<'Domain'>>()
      .notNull()
      .references(() => domains.id),
    /** The project it is in; null for one directly in the domain. Never changes. */
    parentId: text('parent_id').$type<Id<'Project'>>(),
    /** 1 directly in the domain; a parent's plus one. */
    depth: smallint('depth').notNull().default(1),
    name: codePointText('name').notNull(),
    version: integer('version').notNull().default(1),
    description: text('description'),
    /** Whether who runs the fleet sees and manages what it owns, at system scope. Only the system sets it. */
    isOperators: boolean('is_operators').notNull().default(false),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    unique('projects_domain_id_name_key').on(t.domainId, t.name),
    // Target of foreign keys of project-owned rows, so that their project and domain always match.
    unique('projects_id_domain_id_key').on(t.id, t.domainId),
    foreignKey({
      name: 'projects_parent_id_domain_id_fkey',
      columns: [t.parentId, t.domainId],
      foreignColumns: [t.id, t.domainId],
    }),
    index('projects_domain_id_id_idx').on(t.domainId, t.id),
    index('projects_domain_id_name_idx').on(t.domainId, t.name, t.id),
    index('projects_domain_id_parent_id_id_idx').on(t.domainId, t.parentId, t.id),
    index('projects_domain_id_parent_id_name_idx').on(t.domainId, t.parentId, t.name, t.id),
    index('projects_is_operators_id_idx').on(t.id).where(sql`${t.isOperators}`),
    index('projects_name_idx').on(t.name, t.id),
    check('projects_depth_check', sql`${t.depth} between 1 and ${sql.raw(String(DEPTH_MAX))}`),
  ],
);

export type ProjectRow = typeof projects.$inferSelect;

export const projectsTaken: Taken = {
  projects_domain_id_name_key: { field: 'name', what: 'A project named' },
};
