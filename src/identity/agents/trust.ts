import { type SQL, sql } from 'drizzle-orm';
import { agents } from './tables.js';

/**
 * Where an agent's trust is read: in its own row. A kind of agent that has the trust of its machine joins that machine
 * here, in `findBearer`, and where whole rows of agents are read.
 */
export const trustColumns = { trustState: agents.trustState, trustedUntil: agents.trustedUntil } as const;

/**
 * The trust state in effect at a moment. TRUSTED ends at `trustedUntil`, even before a job stores that; TRUSTED without
 * an end is STALE. Time changes no other state.
 */
export function trustAt<State extends string>(state: State, trustedUntil: Date | null, now: Date): State | 'STALE' {
  return state === 'TRUSTED' && (trustedUntil === null || trustedUntil <= now) ? 'STALE' : state;
}

/** Agents whose trust ran out but is still stored as TRUSTED; `trustAt` returns STALE for them. */
export function trustRanOut(now: Date): SQL {
  const { trustState, trustedUntil } = trustColumns;
  const isOver = sql`${trustedUntil} is null or ${trustedUntil} <= ${now.toISOString()}::timestamptz`;
  return sql`${trustState} = 'TRUSTED' and (${isOver})`;
}

/** `trustAt` as SQL, for counting. No index serves it. */
export const trustStateAt = (now: Date): SQL =>
  sql`case when ${trustRanOut(now)} then 'STALE' else ${trustColumns.trustState} end`;
