import { index, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { agents } from '../../identity/agents/tables.js';
import type { Id } from '../../platform/ids.js';
import type { AgentEvent, AgentState } from '../verifier/index.js';

/** Each change of an agent's state, with its cause. Rows never change. */
export const trustTransitions = pgTable(
  'trust_transitions',
  {
    id: text('id').$type<Id<'TrustTransition'>>().primaryKey(),
    // Cascades because a replica of the previous release does not know these rows, and also removes retired agents.
    agentId: text('agent_id')
      .$type<Id<'Agent'>>()
      .notNull()
      .references(() => agents.id, { onDelete: 'cascade' }),
    domainId: text('domain_id').$type<Id<'Domain'>>().notNull(),
    projectId: text('project_id').$type<Id<'Project'>>().notNull(),
    fromState: text('from_state').$type<AgentState>().notNull(),
    toState: text('to_state').$type<AgentState>().notNull(),
    cause: text('cause').$type<AgentEvent>().notNull(),
    /**
     * Who caused it: an operator, or the agent by its evidence. Null when trust ran out, or before the caller is
     * identified.
     */
    actorKind: text('actor_kind', { enum: ['user', 'agent'] }),
    actorId: text('actor_id').$type<Id<'User' | 'Agent'>>(),
    /** The result that caused it. */
    resultId: text('result_id').$type<Id<'AttestationResult'>>(),
    /** When it took effect; for trust that ran out, not the time when that was stored. */
    occurredAt: timestamp('occurred_at', { withTimezone: true }).notNull(),
  },
  (t) => [
    index('trust_transitions_agent_id_id_idx').on(t.agentId, t.id),
    index('trust_transitions_occurred_at_idx').on(t.occurredAt),
    // What changed in a time, for a tenant and for a project.
    index('trust_transitions_domain_id_occurred_at_idx').on(t.domainId, t.occurredAt),
    index('trust_transitions_project_id_occurred_at_idx').on(t.projectId, t.occurredAt),
    index('trust_transitions_result_id_idx').on(t.resultId),
  ],
);

export type TransitionRow = typeof trustTransitions.$inferSelect;
