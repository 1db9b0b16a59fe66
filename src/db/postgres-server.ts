import { sql } from 'drizzle-orm';
import { CannotStart } from '../platform/cannot-start.js';
import { rowsOf } from './rows.js';
import type { Db } from './types.js';

/** In the form of `server_version_num`; the migrations use features of this version. */
const OLDEST = 150_000;

/** @throws CannotStart for a server that is too old, and for a database that cannot hold every text. */
export async function requireFit(db: Db): Promise<void> {
  const [row] = await rowsOf<{ version: string; encoding: string }>(
    db,
    sql`select current_setting('server_version_num') as version, current_setting('server_encoding') as encoding`,
  );
  requireNewEnough(Number(row?.version));
  requireUnicode(row?.encoding);
}

export function requireNewEnough(version: number): void {
  if (version >= OLDEST) return;
  const major = Math.floor(version / 10_000);
  throw new CannotStart(
    `Postgres ${major} at DATABASE_URL is too old: the server needs ${OLDEST / 10_000} or newer. Upgrade it, or name another.`,
  );
}

/** Other encodings have no form for most characters. SQL_ASCII is none at all: it counts bytes as characters. */
function requireUnicode(encoding: string | undefined): void {
  if (encoding === 'UTF8') return;
  throw new CannotStart(
    `The Postgres database at DATABASE_URL has the encoding ${encoding}, and the server needs UTF8: make one with \`createdb --encoding=UTF8 --template=template0 NAME\`, or name another.`,
  );
}
