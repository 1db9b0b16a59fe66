import { type SQL, sql } from 'drizzle-orm';
import { agents } from './tables.js';

/**
 * The trust state that counts at a moment: TRUSTED ends at `trustedUntil`, before any job has written that down, and
 * without an end it counts for nothing. Times change no other state.
 */
export function trustAt<State extends string>(state: State, trustedUntil: Date | null, now: Date): State | 'STALE' {
  return state === 'TRUSTED' && (trustedUntil === null || trustedUntil <= now) ? 'STALE' : state;
}

/** Of agents, those whose trust ran out and is still written down: TRUSTED for the database, STALE for `trustAt`. */
export function trustRanOut(now: Date): SQL {
  const isOver = sql`${agents.trustedUntil} is null or ${agents.trustedUntil} <= ${now.toISOString()}::timestamptz`;
  return sql`${agents.trustState} = 'TRUSTED' and (${isOver})`;
}

/** `trustAt` as SQL, for filters. */
export const trustStateAt = (now: Date): SQL =>
  sql`case when ${trustRanOut(now)} then 'STALE' else ${agents.trustState} end`;
