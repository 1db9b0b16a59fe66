import { sql } from 'drizzle-orm';
import { boolean, index, integer, pgTable, primaryKey, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { codePointText } from '../../db/code-point-text.js';
import type { Taken } from '../../db/taken.js';
import { projects } from '../../identity/projects/tables.js';
import { users } from '../../identity/users/tables.js';
import type { Id } from '../../platform/ids.js';

/** What operators say of a machine, and whether it was Ready when that was last stored. */
export const nodes = pgTable(
  'nodes',
  {
    id: text('id').$type<Id<'Node'>>().primaryKey(),
    /** In lower case. */
    name: codePointText('name').notNull(),
    description: text('description'),
    /** In the one form that `canonicalAddress` makes. */
    address: text('address'),
    origin: text('origin', { enum: ['JOINED', 'ADOPTED', 'IMPORTED'] }),
    availability: text('availability', { enum: ['ACTIVE', 'PAUSE', 'DRAIN'] }).notNull(),
    /** Whether it takes only the projects of `node_tenants`, which may be none. */
    hasTenants: boolean('has_tenants').notNull().default(false),
    /** Who renews its lease instead of its agent. */
    leaseHolderId: text('lease_holder_id')
      .$type<Id<'User'>>()
      .references(() => users.id),
    /** Whether it was Ready when a job last looked; for filters and events. Fields and decisions compute it. */
    isReady: boolean('is_ready').notNull().default(false),
    readyChangedAt: timestamp('ready_changed_at', { withTimezone: true }),
    version: integer('version').notNull().default(1),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull(),
  },
  (t) => [
    unique('nodes_name_key').on(t.name),
    unique('nodes_address_key').on(t.address),
    index('nodes_name_id_idx').on(t.name, t.id),
    index('nodes_availability_id_idx').on(t.availability, t.id),
    index('nodes_availability_name_idx').on(t.availability, t.name, t.id),
    index('nodes_is_ready_id_idx').on(t.isReady, t.id),
    index('nodes_is_ready_name_idx').on(t.isReady, t.name, t.id),
    // Those to be counted: the nodes that were Ready once.
    index('nodes_ready_lost_idx').on(t.id).where(sql`not ${t.isReady} and ${t.readyChangedAt} is not null`),
    index('nodes_ready_lost_name_idx')
      .on(t.name, t.id)
      .where(sql`not ${t.isReady} and ${t.readyChangedAt} is not null`),
    index('nodes_never_ready_idx').on(t.id).where(sql`not ${t.isReady} and ${t.readyChangedAt} is null`),
    index('nodes_never_ready_name_idx').on(t.name, t.id).where(sql`not ${t.isReady} and ${t.readyChangedAt} is null`),
    index('nodes_lease_holder_id_id_idx').on(t.leaseHolderId, t.id),
  ],
);

export type NodeRow = typeof nodes.$inferSelect;

export const nodesTaken: Taken = {
  nodes_name_key: { field: 'name', what: 'A node named' },
  nodes_address_key: { field: 'address', what: 'A node with the address' },
};

/** The projects whose workloads a node takes, if it does not take all. */
export const nodeTenants = pgTable(
  'node_tenants',
  {
    nodeId: text('node_id')
      .$type<Id<'Node'>>()
      .notNull()
      .references(() => nodes.id, { onDelete: 'cascade' }),
    // A project that goes leaves its nodes, which then take one project fewer.
    projectId: text('project_id')
      .$type<Id<'Project'>>()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
  },
  (t) => [
    primaryKey({ name: 'node_tenants_pkey', columns: [t.nodeId, t.projectId] }),
    index('node_tenants_project_id_node_id_idx').on(t.projectId, t.nodeId),
  ],
);
