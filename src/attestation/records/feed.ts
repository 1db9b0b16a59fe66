import { and, asc, eq, getTableColumns, gt, type SQL, sql } from 'drizzle-orm';
import type { Context, Feed } from '../../authority/index.js';
import { among, type Values } from '../../db/among.js';
import { type EventRow, events } from '../../events/index.js';
import { agentGet, agents } from '../../identity/agents/index.js';
import type { AgentState } from '../verifier/index.js';
import { TRUST_CHANGED } from './trust.js';

interface Watch {
  readonly filter?:
    | {
        readonly agentIds?: Values;
        readonly projectIds?: Values;
        readonly to?: readonly AgentState[] | null | undefined;
      }
    | null
    | undefined;
}

/** Changes of trust of the agents that the caller may read. */
export const trustFeed: Feed = {
  type: TRUST_CHANGED,
  async next({ db, policies, actor }: Context, { filter }: Watch, after: number): Promise<EventRow | undefined> {
    const visible = policies.visible([agentGet], actor, agents);
    const asked: (SQL | undefined)[] = [
      among(agents.id, filter?.agentIds),
      among(agents.projectId, filter?.projectIds),
      among(sql`${events.details} ->> 'to'`, filter?.to),
    ];
    const [event] = await db
      .select(getTableColumns(events))
      .from(events)
      .innerJoin(agents, eq(agents.id, events.objectId))
      .where(and(eq(events.type, TRUST_CHANGED), gt(events.position, after), visible.where, ...asked))
      .orderBy(asc(events.position))
      .limit(1);
    return event;
  },
};
