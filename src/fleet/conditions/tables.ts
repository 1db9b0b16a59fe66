import { bigint, integer, pgTable } from 'drizzle-orm/pg-core';

/** The one row says up to which event the changes of trust were told of the agents' nodes. */
export const nodeTrustTold = pgTable('node_trust_told', {
  id: integer('id').primaryKey(),
  position: bigint('position', { mode: 'number' }).notNull(),
});
