import { sql } from 'drizzle-orm';
import { CannotStart } from '../platform/cannot-start.js';
import { rowsOf } from './rows.js';
import type { Db } from './types.js';

/** In the form of `server_version_num`; the migrations use features of this version. */
const OLDEST = 150_000;

/** @throws CannotStart for a server that is too old. */
export async function requireVersion(db: Db): Promise<void> {
  const [row] = await rowsOf<{ version: string }>(db, sql`select current_setting('server_version_num') as version`);
  requireNewEnough(Number(row?.version));
}

export function requireNewEnough(version: number): void {
  if (version >= OLDEST) return;
  const major = Math.floor(version / 10_000);
  throw new CannotStart(
    `Postgres ${major} at DATABASE_URL is too old: the server needs ${OLDEST / 10_000} or newer. Upgrade it, or name another.`,
  );
}
