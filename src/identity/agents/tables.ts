import { sql } from 'drizzle-orm';
import { foreignKey, index, integer, pgTable, text, timestamp, unique, uniqueIndex } from 'drizzle-orm/pg-core';
import { codePointText } from '../../db/code-point-text.js';
import type { Taken } from '../../db/taken.js';
import type { Id } from '../../platform/ids.js';
import { projects } from '../projects/tables.js';

/** The principal. Its evidence belongs to the attestation domain; the resulting trust is here. */
export const agents = pgTable(
  'agents',
  {
    id: text('id').$type<Id<'Agent'>>().primaryKey(),
    kind: text('kind', { enum: ['MACHINE'] }).notNull(),
    domainId: text('domain_id').$type<Id<'Domain'>>().notNull(),
    projectId: text('project_id').$type<Id<'Project'>>().notNull(),
    // Lists are ordered by it.
    name: codePointText('name').notNull(),
    externalId: text('external_id'),
    /** The node whose machine this is, until it is retired; null for most. Nodes belong to a domain above, so there is no foreign key. */
    nodeId: text('node_id').$type<Id<'Node'>>(),
    trustState: text('trust_state').notNull(),
    trustedUntil: timestamp('trusted_until', { withTimezone: true }),
    /**
     * When to look whether its trust ran out: never after that. Evidence that renews trust leaves it, so that the update
     * touches no index; null for at once.
     */
    trustDueAt: timestamp('trust_due_at', { withTimezone: true }),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
    createdBy: text('created_by').notNull(),
    /** Counts the changes of its name and its external id: trust changes by itself. */
    version: integer('version').notNull().default(1),
    /** What is routine for a machine does not move it: see `setTrust`. */
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    foreignKey({
      name: 'agents_project_id_domain_id_fkey',
      columns: [t.projectId, t.domainId],
      foreignColumns: [projects.id, projects.domainId],
    }),
    unique('agents_project_id_name_key').on(t.projectId, t.name),
    unique('agents_project_id_external_id_key').on(t.projectId, t.externalId),
    // For lists in order of creation: without these, a page of a small tenant would scan the whole fleet.
    index('agents_project_id_id_idx').on(t.projectId, t.id),
    index('agents_domain_id_id_idx').on(t.domainId, t.id),
    // A domain's reader asks for some projects: by the index above, Postgres would walk the domain for the few of one.
    index('agents_domain_id_project_id_id_idx').on(t.domainId, t.projectId, t.id),
    index('agents_domain_id_name_idx').on(t.domainId, t.name, t.id),
    index('agents_trust_due_at_idx').on(t.trustDueAt).where(sql`${t.trustState} = 'TRUSTED'`),
    uniqueIndex('agents_node_id_key').on(t.nodeId).where(sql`${t.nodeId} is not null`),
    // Nodes by the trust of their agents.
    index('agents_trust_state_node_id_idx').on(t.trustState, t.nodeId).where(sql`${t.nodeId} is not null`),
    // The key on project and name has no id behind them: Postgres sorts what it expects to be few.
    index('agents_project_id_name_idx').on(t.projectId, t.name, t.id),
    index('agents_domain_id_external_id_idx').on(t.domainId, t.externalId, t.id),
    // Each state in each order. Only a change of the state moves a row in these, not evidence that changes none.
    index('agents_domain_id_trust_state_id_idx').on(t.domainId, t.trustState, t.id),
    index('agents_domain_id_trust_state_name_idx').on(t.domainId, t.trustState, t.name, t.id),
    index('agents_project_id_trust_state_id_idx').on(t.projectId, t.trustState, t.id),
    index('agents_project_id_trust_state_name_idx').on(t.projectId, t.trustState, t.name, t.id),
  ],
);

export type AgentRow = typeof agents.$inferSelect;

export const agentsTaken: Taken = {
  agents_project_id_name_key: { field: 'name', what: 'An agent named' },
  agents_project_id_external_id_key: { field: 'externalId', what: 'An agent with the external id' },
};
