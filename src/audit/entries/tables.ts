import { sql } from 'drizzle-orm';
import { customType, index, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import type { Id } from '../../platform/ids.js';

const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });

export const auditEntries = pgTable(
  'audit_entries',
  {
    id: text('id').$type<Id<'AuditEntry'>>().primaryKey(),
    occurredAt: timestamp('occurred_at', { withTimezone: true }).notNull(),
    action: text('action').notNull(),
    outcome: text('outcome', { enum: ['ALLOWED', 'DENIED', 'FAILED'] }).notNull(),
    actorKind: text('actor_kind'),
    actorId: text('actor_id'),
    actorName: text('actor_name'),
    tokenId: text('token_id').$type<Id<'Token' | 'ApiCredential'>>(),
    actorScopeType: text('actor_scope_type'),
    actorDomainId: text('actor_domain_id').$type<Id<'Domain'>>(),
    actorProjectId: text('actor_project_id').$type<Id<'Project'>>(),
    targetType: text('target_type'),
    targetId: text('target_id'),
    /** The scope that owns the target, or else the actor's scope: its readers may read the entry. */
    domainId: text('domain_id').$type<Id<'Domain'>>(),
    projectId: text('project_id').$type<Id<'Project'>>(),
    requestId: text('request_id').notNull(),
    policy: text('policy'),
    details: jsonb('details').$type<Record<string, unknown>>().notNull(),
    /** The transaction that wrote it. Entries are sealed in this order; none can appear later between sealed ones. */
    xid: xid8('xid').notNull().default(sql`pg_current_xact_id()`),
  },
  (t) => [
    index('audit_entries_domain_id_idx').on(t.domainId, t.id),
    index('audit_entries_project_id_idx').on(t.projectId, t.id),
    index('audit_entries_actor_id_idx').on(t.actorId, t.id),
    index('audit_entries_actor_name_idx').on(t.actorName, t.id),
    index('audit_entries_action_idx').on(t.action, t.id),
    index('audit_entries_target_type_idx').on(t.targetType, t.id),
    index('audit_entries_target_id_idx').on(t.targetId, t.id),
    index('audit_entries_outcome_idx').on(t.outcome, t.id),
    // The same for the readers of one domain, and of one project, to whom a word of the whole system's entries is rare.
    index('audit_entries_domain_id_action_idx').on(t.domainId, t.action, t.id),
    index('audit_entries_domain_id_actor_id_idx').on(t.domainId, t.actorId, t.id),
    index('audit_entries_domain_id_actor_name_idx').on(t.domainId, t.actorName, t.id),
    index('audit_entries_domain_id_outcome_idx').on(t.domainId, t.outcome, t.id),
    index('audit_entries_domain_id_project_id_idx').on(t.domainId, t.projectId, t.id),
    index('audit_entries_domain_id_target_type_idx').on(t.domainId, t.targetType, t.id),
    index('audit_entries_project_id_action_idx').on(t.projectId, t.action, t.id),
    index('audit_entries_project_id_actor_id_idx').on(t.projectId, t.actorId, t.id),
    index('audit_entries_project_id_actor_name_idx').on(t.projectId, t.actorName, t.id),
    index('audit_entries_project_id_outcome_idx').on(t.projectId, t.outcome, t.id),
    index('audit_entries_project_id_target_type_idx').on(t.projectId, t.targetType, t.id),
    index('audit_entries_xid_idx').on(t.xid, t.id),
  ],
);

/** An entry as it is read and decided on; only the sealer needs its transaction. */
export type AuditEntryRow = Omit<typeof auditEntries.$inferSelect, 'xid'>;
