import { type SQL, type SQLChunk, sql } from 'drizzle-orm';
import { type Clause, clause } from '../../platform/sql/clause.js';
import type { IsoTime } from '../../platform/time-text.js';
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
export function trustAt<State extends string, Moment extends Date | IsoTime>(
  state: State,
  trustedUntil: Moment | null,
  now: Moment,
): State | 'STALE' {
  return state === 'TRUSTED' && (trustedUntil === null || trustedUntil <= now) ? 'STALE' : state;
}

/** Agents whose trust ran out but is still stored as TRUSTED; `trustAt` returns STALE for them. */
export function trustRanOut(now: Date): Clause {
  const { trustState, trustedUntil } = trustColumns;
  const isOver = clause`${trustedUntil} is null or ${trustedUntil} <= ${now}::timestamptz`;
  return clause`${trustState} = 'TRUSTED' and (${isOver})`;
}

/** Agents of which it is time to look whether their trust ran out; all of `trustRanOut` are among them. */
export const trustIsDue = (now: Date): Clause =>
  clause`${trustColumns.trustState} = 'TRUSTED' and (${agents.trustDueAt} is null or ${agents.trustDueAt} <= ${now}::timestamptz)`;

/** When to look, after trust was renewed: seldom sooner than before, since `trustedUntil` mostly grows. */
export const dueAfter = (trustedUntil: SQLChunk): SQL => sql`least(${agents.trustDueAt}, ${trustedUntil})`;

/** `trustAt` as SQL, for counting. No index serves it. */
export const trustStateAt = (now: Date): Clause =>
  clause`case when ${trustRanOut(now)} then 'STALE' else ${trustColumns.trustState} end`;
