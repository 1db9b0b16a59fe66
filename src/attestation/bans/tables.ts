import { index, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import type { Id } from '../../platform/ids.js';

/**
 * Endorsement keys that enroll no agent, of any project. A ban stays when its agent retires or is removed, so nothing
 * here refers to another row.
 */
export const ekBans = pgTable(
  'ek_bans',
  {
    ekFingerprint: text('ek_fingerprint').primaryKey(),
    /** The agent that was banned. */
    agentId: text('agent_id').$type<Id<'Agent'>>().notNull(),
    /** The node that the agent was of then: such a ban is the system's. */
    nodeId: text('node_id').$type<Id<'Node'>>(),
    bannedAt: timestamp('banned_at', { withTimezone: true }).notNull(),
  },
  (t) => [index('ek_bans_agent_id_idx').on(t.agentId)],
);

export type EkBanRow = typeof ekBans.$inferSelect;
