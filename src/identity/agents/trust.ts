import { type SQL, sql } from 'drizzle-orm';
import { agents } from './tables.js';

/**
 * The trust state in effect at a moment. TRUSTED ends at `trustedUntil`, even before a job stores that; TRUSTED without
 * an end is STALE. Time changes no other state.
 */
export function trustAt<State extends string>(state: State, trustedUntil: Date | null, now: Date): State | 'STALE' {
  return state === 'TRUSTED' && (trustedUntil === null || trustedUntil <= now) ? 'STALE' : state;
}

/** Agents whose trust ran out but is still stored as TRUSTED; `trustAt` returns STALE for them. */
export function trustRanOut(now: Date): SQL {
  const isOver = sql`${agents.trustedUntil} is null or ${agents.trustedUntil} <= ${now.toISOString()}::timestamptz`;
  return sql`${agents.trustState} = 'TRUSTED' and (${isOver})`;
}

/** `trustAt` as SQL, for filters. */
export const trustStateAt = (now: Date): SQL =>
  sql`case when ${trustRanOut(now)} then 'STALE' else ${agents.trustState} end`;
