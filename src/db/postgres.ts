import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import { keepListening } from './listening.js';
import { requireMendedDriver } from './mended-driver.js';
import { MIGRATIONS } from './migrations.js';
import { requireVersion } from './postgres-version.js';
import { preparing } from './prepared.js';
import type { Database, Db, StatementListener } from './types.js';

export interface PostgresOptions {
  readonly url: string;
  readonly connectionsMax: number;
  readonly statements?: StatementListener | undefined;
}

/** How long one statement may run; a request that needs longer is answered UNAVAILABLE. */
const STATEMENT_TIMEOUT_MS = 30_000;

/**
 * Longest wait before a lost connection is tried again, in seconds. Requests wait as long for their UNAVAILABLE, and the
 * driver's own 20 is longer than clients have patience for.
 */
const RECONNECT_SECONDS_MAX = 1;

/** Opens a pool of connections to Postgres and migrates it, one replica at a time. */
export async function openPostgres(options: PostgresOptions): Promise<Database> {
  requireMendedDriver();
  await migrateUnderLock(options.url);
  const client = postgres(options.url, {
    max: options.connectionsMax,
    connect_timeout: 5,
    backoff: (attempt) => Math.min(3 ** attempt / 100, RECONNECT_SECONDS_MAX),
    onnotice: () => {},
    // Drizzle reads and writes arrays itself; and when the connection ends meanwhile, nobody catches that this failed.
    fetch_types: false,
    connection: { application_name: 'bailiwick', statement_timeout: STATEMENT_TIMEOUT_MS },
  });
  const db: Db = drizzle(preparing(client), options.statements ? { logger: options.statements } : {});
  return {
    engine: 'postgres',
    db,
    ping: async () => {
      await db.execute(sql`select 1`);
    },
    started: () => {},
    listen: (heard) => keepListening(options.url, heard, (channel, topic) => client.notify(channel, topic)),
    close: () => client.end({ timeout: 5 }),
  };
}

/** Drizzle's migrator takes no lock: of two replicas that start together one would fail half-way. */
async function migrateUnderLock(url: string): Promise<void> {
  const client = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} });
  try {
    await requireVersion(drizzle(client));
    await client`select pg_advisory_lock(${ADVISORY_LOCKS.migrations})`;
    await migrate(drizzle(client), { migrationsFolder: MIGRATIONS });
  } finally {
    await client.end({ timeout: 5 });
  }
}
