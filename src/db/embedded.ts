import { type PGlite, types } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import type { Logger } from '../platform/log.js';
import { ensureDatabase, makeFolder, markStarted, openFiles } from './data-folder.js';
import { Faults } from './faults.js';
import { lockFolder } from './folder-lock.js';
import { Gate, ONE_CONNECTION, SHARES, type Share } from './gate.js';
import { healthOf } from './health.js';
import { MIGRATIONS } from './migrations.js';
import { CHANNEL } from './notify.js';
import { over } from './over.js';
import { rootOf, type SendOn } from './root.js';
import { requireStorable } from './storable.js';
import type { Database, RootDb, StatementListener } from './types.js';

export interface EmbeddedOptions {
  readonly dataDir: string;
  /** Whether to create a database in an empty folder; true by default. */
  readonly mayCreate?: boolean | undefined;
  readonly statements?: StatementListener | undefined;
  readonly log?: Logger | undefined;
  readonly said?: ((step: string) => void) | undefined;
}

/**
 * Opens the embedded database (PGlite) in a folder that this process then owns: PGlite takes no lock itself, and two
 * processes on one folder would corrupt it. The folder is private because PGlite's files are not.
 *
 * @throws CannotStart when another process owns the folder, or when it lacks files that were in it.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Database> {
  const { dataDir, mayCreate = true, statements, said = () => {} } = options;
  said(`Opening the database in ${dataDir}`);
  makeFolder(dataDir, mayCreate);
  const lock = await lockFolder(dataDir);
  try {
    await ensureDatabase(dataDir, mayCreate);
    const client = await openFiles(dataDir);
    const database = embeddedDatabase(client, statements, () => lock.release(), options.log);
    said('Applying migrations');
    await migrate(database.db as never, { migrationsFolder: MIGRATIONS });
    return { ...database, started: () => markStarted(dataDir) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Longer than a long statement, for which all others wait here. */
const WAIT_MAX_MS = 30_000;

/** Wraps an open PGlite. The caller runs the migrations. */
export function embeddedDatabase(
  client: PGlite,
  statements?: StatementListener,
  released = () => {},
  log?: Logger,
): Database {
  const gate = new Gate(1, ONE_CONNECTION, WAIT_MAX_MS);
  const faults = new Faults(log);
  const logger = statements ? { logger: statements } : {};
  const dbFor = (own: Share, transactions: Share): RootDb =>
    rootOf(drizzle(through(client, gate, faults, own, transactions), logger), sendOn);
  const byShare = new Map(SHARES.map((share) => [share, dbFor(share, share)]));
  const ask = async (statement: string) => {
    const results = await gate.pass('caller', () => client.exec(statement));
    return Object.values(results[0]?.rows[0] ?? {})[0];
  };
  return {
    engine: 'embedded',
    started: () => {},
    db: dbFor('read', 'write'),
    at: (share) => byShare.get(share) as RootDb,
    use: (share) => gate.use(share),
    failures: (cause) => faults.count(cause),
    sent: () => 0,
    health: healthOf({ kept: ask, fresh: (look) => look(ask) }, faults),
    listen: async (heard) => {
      const stop = await client.listen(CHANNEL, heard);
      return () => stop();
    },
    close: async () => {
      await client.close();
      released();
    },
  };
}

const asText = (value: string) => value;
/** Times as text, as drizzle has them on both engines. */
const TIMES = [types.TIMESTAMPTZ, types.TIMESTAMP, types.DATE, types.INTERVAL];
const parsers = Object.fromEntries(TIMES.map((type) => [type, asText]));
const sendOn: SendOn<PGlite> = async (client, text, values) =>
  (await client.query(text, values as unknown[], { parsers })).rows;

/** PGlite also runs one statement at a time, but callers would wait without a limit. */
function through(client: PGlite, gate: Gate, faults: Faults, own: Share, transactions: Share): PGlite {
  const passing =
    (share: Share, run: (...args: never[]) => Promise<unknown>) =>
    (...args: never[]) =>
      gate
        .pass(share, () => run.apply(client, args))
        .catch((error: unknown) => {
          faults.saw(error);
          throw error;
        });
  const methods: Record<PropertyKey, unknown> = {
    query: passing(own, storing(client)),
    transaction: passing(transactions, (run: Parameters<PGlite['transaction']>[0]) =>
      client.transaction((tx) => run(over(tx, { query: storing(tx) }))),
    ),
  };
  return over(client, methods);
}

const storing =
  (on: Pick<PGlite, 'query'>): PGlite['query'] =>
  async (...args) => {
    requireStorable(args[1]);
    return on.query(...args);
  };
