import { sql } from 'drizzle-orm';
import { check, foreignKey, index, integer, jsonb, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { codePointText } from '../../db/code-point-text.js';
import type { Taken } from '../../db/taken.js';
import { domains } from '../../identity/domains/tables.js';
import { projects } from '../../identity/projects/tables.js';
import type { Id } from '../../platform/ids.js';
import { contents } from '../../uploads/contents/tables.js';

/** A list of the system has no owner column, one of a domain has its domain, one of a project has both. */
export const allowlists = pgTable(
  'allowlists',
  {
    id: text('id').$type<Id<'Allowlist'>>().primaryKey(),
    ownerType: text('owner_type', { enum: ['SYSTEM', 'DOMAIN', 'PROJECT'] }).notNull(),
    domainId: text('domain_id')
      .$type<Id<'Domain'>>()
      .references(() => domains.id),
    projectId: text('project_id').$type<Id<'Project'>>(),
    name: codePointText('name').notNull(),
    description: text('description'),
    /** No foreign key: a revision refers to its list, and both are written together. */
    currentRevisionId: text('current_revision_id').$type<Id<'AllowlistRevision'>>().notNull(),
    version: integer('version').notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull(),
  },
  (t) => [
    foreignKey({
      name: 'allowlists_project_id_domain_id_fkey',
      columns: [t.projectId, t.domainId],
      foreignColumns: [projects.id, projects.domainId],
    }),
    index('allowlists_name_idx').on(t.name, t.id),
    index('allowlists_domain_id_id_idx').on(t.domainId, t.id),
    index('allowlists_domain_id_name_idx').on(t.domainId, t.name, t.id),
    index('allowlists_domain_id_project_id_id_idx').on(t.domainId, t.projectId, t.id),
    index('allowlists_project_id_id_idx').on(t.projectId, t.id),
    index('allowlists_project_id_name_idx').on(t.projectId, t.name, t.id),
    unique('allowlists_owner_name_key').on(t.domainId, t.projectId, t.name).nullsNotDistinct(),
    check(
      'allowlists_owner_check',
      sql`${t.ownerType} = case when ${t.projectId} is not null then 'PROJECT' when ${t.domainId} is not null then 'DOMAIN' else 'SYSTEM' end and (${t.projectId} is null or ${t.domainId} is not null)`,
    ),
  ],
);

export type AllowlistRow = typeof allowlists.$inferSelect;

export const allowlistsTaken: Taken = {
  allowlists_owner_name_key: { field: 'name', what: 'An allowlist named' },
};

/** Never updated. */
export const allowlistRevisions = pgTable(
  'allowlist_revisions',
  {
    id: text('id').$type<Id<'AllowlistRevision'>>().primaryKey(),
    allowlistId: text('allowlist_id')
      .$type<Id<'Allowlist'>>()
      .notNull()
      .references(() => allowlists.id, { onDelete: 'cascade' }),
    number: integer('number').notNull(),
    imaDigest: text('ima_digest').references(() => contents.digest),
    /** Patterns in addition to those in the content. */
    imaExcludes: jsonb('ima_excludes').$type<readonly string[]>().notNull(),
    imaPathCount: integer('ima_path_count'),
    /** Bytes of the uncompressed content. */
    imaSize: integer('ima_size'),
    tpmPolicy: text('tpm_policy'),
    vtpmPolicy: text('vtpm_policy'),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
    createdBy: text('created_by').notNull(),
  },
  (t) => [
    unique('allowlist_revisions_allowlist_id_number_key').on(t.allowlistId, t.number),
    index('allowlist_revisions_ima_digest_idx').on(t.imaDigest),
    index('allowlist_revisions_created_at_idx').on(t.createdAt),
  ],
);

export type RevisionRow = typeof allowlistRevisions.$inferSelect;
