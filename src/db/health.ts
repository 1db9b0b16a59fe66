import { type Cause, causeOf } from './errors.js';
import type { Faults } from './faults.js';

/** Runs one statement and answers the first column of its first row. */
export type Ask = (statement: string) => Promise<unknown>;

/** What an operator is told of each cause: open to everybody, so nothing of the database's own words. */
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
 * Takes more than a megabyte of the database's disk for a moment: what fits into pages that are there already, or into
 * the log of writes, whose files are made in advance, succeeds on a disk that is full.
 */
const TAKE_SPACE = `create temporary table bailiwick_probe as select md5(i::text) from generate_series(1, 30000) i;
  drop table bailiwick_probe`;

/** What is looked at: a connection that is kept, and for a closer look one that begins now, under the settings of now. */
export interface Ways {
  readonly kept: Ask;
  readonly fresh: <T>(look: (ask: Ask) => Promise<T>) => Promise<T>;
}

/**
 * What keeps the database from taking reads and writes, in one line; null when nothing does. After a fault that lasts it
 * is not well before a connection was made anew and space was taken on its disk.
 */
export function healthOf(ways: Ways, faults: Faults): () => Promise<string | null> {
  return together(async () => {
    try {
      const { suspicion } = faults;
      const isKeptWell = await ways.kept(TAKES_WRITES);
      if (isKeptWell && suspicion === 0) return null;
      if (!(await ways.fresh(takesSpace))) return REASONS['read-only'];
      faults.clear(suspicion);
      // It is as read-only as the database was when it began.
      if (!isKeptWell) await ways.kept('select pg_terminate_backend(pg_backend_pid())').catch(() => {});
      return null;
    } catch (error) {
      return REASONS[causeOf(error) as Cause] ?? UNKNOWN;
    }
  });
}

/** False when the database takes no writes. @throws what the database says when they fail. */
async function takesSpace(ask: Ask): Promise<boolean> {
  if (!(await ask(TAKES_WRITES))) return false;
  // Where they are set, temporary tables are on another disk.
  await ask("set temp_tablespaces = ''");
  await ask(TAKE_SPACE);
  return true;
}

/** Whoever asks while it is being looked up gets the same answer: however many ask, one connection is enough. */
function together<T>(look: () => Promise<T>): () => Promise<T> {
  let looking: Promise<T> | null = null;
  return () => {
    looking ??= look().finally(() => {
      looking = null;
    });
    return looking;
  };
}
