import { sql } from 'drizzle-orm';
import { ReferenceClock, type ReferenceClockOptions } from '../platform/reference-clock.js';
import { rowsOf } from './rows.js';
import type { Db } from './types.js';

/** A clock that follows the database's time. @throws the database's error when it cannot be read now. */
export async function followDatabase(
  db: Db,
  options: Pick<ReferenceClockOptions, 'log' | 'before'>,
): Promise<ReferenceClock> {
  // The time of the statement, not of its transaction.
  const query = sql`select extract(epoch from clock_timestamp())::float8 * 1000 as ms`;
  const ask = async () => Number((await rowsOf<{ ms: number }>(db, query))[0]?.ms);
  const clock = new ReferenceClock({ ...options, ask });
  await clock.start();
  return clock;
}
