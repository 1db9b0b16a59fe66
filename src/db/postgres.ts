import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import postgres, { type Options, type Sql } from 'postgres';
import type { Logger } from '../platform/log.js';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import { Faults } from './faults.js';
import { Gate, SHARES, type Share, sharesOf } from './gate.js';
import { type Ask, healthOf, type Ways } from './health.js';
import { keepListening } from './listening.js';
import { requireMendedDriver } from './mended-driver.js';
import { MIGRATIONS } from './migrations.js';
import { requireFit } from './postgres-server.js';
import { handlesOf } from './prepared.js';
import { rootOf, type SendOn } from './root.js';
import type { Database, RootDb, StatementListener } from './types.js';

export interface PostgresOptions {
  readonly url: string;
  readonly connectionsMax: number;
  /** How long to wait for a free connection. */
  readonly connectionWaitMaxMs?: number | undefined;
  /** How long a statement waits for a lock. */
  readonly lockWaitMaxMs?: number | undefined;
  readonly statements?: StatementListener | undefined;
  /** Logs when the database cannot serve. */
  readonly log?: Logger | undefined;
  readonly said?: ((step: string) => void) | undefined;
}

/** How long one statement may run; a request that needs longer gets UNAVAILABLE. */
const STATEMENT_TIMEOUT_MS = 30_000;

const CONNECTION_WAIT_MAX_MS = 5_000;
const LOCK_WAIT_MAX_MS = 5_000;

/**
 * Longest wait before the next attempt to reconnect, in seconds. Requests wait as long for their UNAVAILABLE, and the
 * driver's default of 20 is longer than clients have patience for.
 */
const RECONNECT_SECONDS_MAX = 1;

/** A health check that takes longer counts as no answer. */
const LOOK_TIMEOUT_MS = 2_000;

/** Opens a pool of connections to Postgres and migrates it, one replica at a time. */
export async function openPostgres(options: PostgresOptions): Promise<Database> {
  requireMendedDriver();
  const { said = () => {} } = options;
  const { hostname, pathname } = new URL(options.url);
  said(`Opening the database ${pathname.slice(1)} on ${hostname}`);
  await migrateUnderLock(options.url, said);
  const client = connect(options.url, 'bailiwick', {
    max: options.connectionsMax,
    connection: {
      statement_timeout: STATEMENT_TIMEOUT_MS,
      lock_timeout: options.lockWaitMaxMs ?? LOCK_WAIT_MAX_MS,
      // `observe` and `mutate` read again after they waited for a lock, and must then see what was committed meanwhile.
      default_transaction_isolation: 'read committed',
      // A transaction that this process forgot or could not continue holds its locks no longer.
      idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    },
  });
  const gate = new Gate(
    options.connectionsMax,
    sharesOf(options.connectionsMax),
    options.connectionWaitMaxMs ?? CONNECTION_WAIT_MAX_MS,
  );
  const faults = new Faults(options.log);
  const { handleOf, sent } = handlesOf(client, gate, (error) => faults.saw(error));
  const logger = options.statements ? { logger: options.statements } : {};
  const dbFor = (statements: Share, transactions: Share): RootDb =>
    rootOf(drizzle(handleOf({ statements, transactions }), logger), sendOn);
  const byShare = new Map(SHARES.map((share) => [share, dbFor(share, share)]));
  const looking = connect(options.url, 'bailiwick readiness', LOOK);
  const ways = { kept: askOn(looking), fresh: freshly(options.url) };
  return {
    engine: 'postgres',
    started: () => {},
    db: dbFor('read', 'write'),
    at: (share) => byShare.get(share) as RootDb,
    use: (share) => gate.use(share),
    failures: (cause) => faults.count(cause),
    sent,
    health: healthOf(ways, faults),
    listen: (heard) => keepListening(options.url, heard, (channel, topic) => client.notify(channel, topic)),
    close: async () => {
      await Promise.all([client.end({ timeout: 5 }), looking.end({ timeout: 1 })]);
    },
  };
}

const sendOn: SendOn<Sql> = (client, text, values) => client.unsafe(text, values as never[]);

function connect(url: string, name: string, { connection, ...options }: Options<Record<string, never>>): Sql {
  return postgres(url, {
    connect_timeout: 5,
    backoff: (attempt) => Math.min(3 ** attempt / 100, RECONNECT_SECONDS_MAX),
    onnotice: () => {},
    // Drizzle reads and writes arrays itself; and if the connection ends during the fetch, nobody catches the error.
    fetch_types: false,
    ...options,
    connection: { application_name: name, ...connection },
  });
}

const LOOK: Options<Record<string, never>> = {
  max: 1,
  connect_timeout: LOOK_TIMEOUT_MS / 1000,
  connection: { statement_timeout: LOOK_TIMEOUT_MS, lock_timeout: LOOK_TIMEOUT_MS },
};

const askOn =
  (client: Sql): Ask =>
  async (statement) => {
    const [row] = await client.unsafe(statement);
    return row && Object.values(row)[0];
  };

/** Looks on a new connection. */
function freshly(url: string): Ways['fresh'] {
  return async (look) => {
    const client = connect(url, 'bailiwick readiness', LOOK);
    try {
      return await look(askOn(client));
    } finally {
      await client.end({ timeout: 1 });
    }
  };
}

/** Drizzle's migrator takes no lock: of two replicas that start together one would fail half-way. */
async function migrateUnderLock(url: string, said: (step: string) => void): Promise<void> {
  const client = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} });
  try {
    await requireFit(rootOf(drizzle(client), sendOn));
    said('Applying migrations, once no other server does');
    await client`select pg_advisory_lock(${ADVISORY_LOCKS.migrations})`;
    await migrate(drizzle(client), { migrationsFolder: MIGRATIONS });
  } finally {
    await client.end({ timeout: 5 });
  }
}
