import { integer, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { codePointText } from '../../db/code-point-text.js';
import type { Taken } from '../../db/taken.js';
import type { Id } from '../../platform/ids.js';

export const domains = pgTable(
  'domains',
  {
    id: text('id').$type<Id<'Domain'>>().primaryKey(),
    name: codePointText('name').notNull(),
    version: integer('version').notNull().default(1),
    description: text('description'),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [unique('domains_name_key').on(t.name)],
);

export type DomainRow = typeof domains.$inferSelect;

export const domainsTaken: Taken = {
  domains_name_key: { field: 'name', what: 'A domain named' },
};
