import { type Cause, causeOf } from './errors.js';
import type { Faults } from './faults.js';

/** Runs one statement and returns the first column of its first row. */
export type Ask = (statement: string) => Promise<unknown>;

/** What operators see for each cause. Anybody may read it, so it contains none of the database's own words. */
const REASONS: Readonly<Record<Cause, string>> = {
  'no-connection': 'all connections of this server are in use',
  locked: 'another session holds a lock for too long',
  slow: 'the database does not answer in time',
  'disk-full': 'the database has no space left',
  'read-only': 'the database accepts no writes: it is a standby, or read-only by its settings',
  'too-many-sessions': 'the database has no room for more sessions',
  refused: 'the database does not admit this server',
  gone: 'the database does not answer',
};
const UNKNOWN = 'the database fails';

const TAKES_WRITES = `select not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off'`;

/**
 * Takes more than a megabyte of the database's disk for a moment. Less would succeed on a full disk: it would fit into
 * existing pages, or into the write-ahead log, whose files are made in advance.
 */
const TAKE_SPACE = `create temporary table bailiwick_probe as select md5(i::text) from generate_series(1, 30000) i;
  drop table bailiwick_probe`;

/** How to look: through a kept connection, and for a closer look through a new one with the current settings. */
export interface Ways {
  readonly kept: Ask;
  readonly fresh: <T>(look: (ask: Ask) => Promise<T>) => Promise<T>;
}

/**
 * Why the database cannot take reads and writes, in one line; null when it can. After a lasting fault it counts as
 * healthy only once a new connection was made and space was taken on its disk.
 */
export function healthOf(ways: Ways, faults: Faults): () => Promise<string | null> {
  return together(async () => {
    try {
      const { suspicion } = faults;
      const isKeptWell = await ways.kept(TAKES_WRITES);
      if (isKeptWell && suspicion === 0) return null;
      if (!(await ways.fresh(takesSpace))) return REASONS['read-only'];
      faults.clear(suspicion);
      // This connection is as read-only as the database was when the connection began.
      if (!isKeptWell) await ways.kept('select pg_terminate_backend(pg_backend_pid())').catch(() => {});
      return null;
    } catch (error) {
      return REASONS[causeOf(error) as Cause] ?? UNKNOWN;
    }
  });
}

/** Returns false when the database takes no writes. @throws the database's error when they fail. */
async function takesSpace(ask: Ask): Promise<boolean> {
  if (!(await ask(TAKES_WRITES))) return false;
  // When temp_tablespaces is set, temporary tables are on another disk.
  await ask("set temp_tablespaces = ''");
  await ask(TAKE_SPACE);
  return true;
}

/** Callers that ask during a look get its result: one connection is enough for all of them. */
function together<T>(look: () => Promise<T>): () => Promise<T> {
  let looking: Promise<T> | null = null;
  return () => {
    looking ??= look().finally(() => {
      looking = null;
    });
    return looking;
  };
}
