import type { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { ensureDatabase, makeFolder, markStarted, openFiles } from './data-folder.js';
import { lockFolder } from './folder-lock.js';
import { MIGRATIONS } from './migrations.js';
import { CHANNEL } from './notify.js';
import type { Database, Db, StatementListener } from './types.js';

export interface EmbeddedOptions {
  readonly dataDir: string;
  /** Whether an empty folder gets a database; so by default. */
  readonly mayCreate?: boolean | undefined;
  readonly statements?: StatementListener | undefined;
}

/**
 * Opens the embedded database (PGlite) in a folder that this process then owns: PGlite takes no lock itself, and two
 * processes on one folder would corrupt it. The folder is private because PGlite creates files that are not.
 *
 * @throws CannotStart for a folder that another process has, or that lacks what was in it.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Database> {
  const { dataDir, mayCreate = true, statements } = options;
  makeFolder(dataDir, mayCreate);
  const lock = await lockFolder(dataDir);
  try {
    await ensureDatabase(dataDir, mayCreate);
    const client = await openFiles(dataDir);
    const database = embeddedDatabase(client, statements, () => lock.release());
    await migrate(database.db as never, { migrationsFolder: MIGRATIONS });
    return { ...database, started: () => markStarted(dataDir) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Wraps an open PGlite, whose migrations are the caller's business. */
export function embeddedDatabase(client: PGlite, statements?: StatementListener, released = () => {}): Database {
  const db: Db = drizzle(client, statements ? { logger: statements } : {});
  return {
    engine: 'embedded',
    db,
    ping: async () => {
      await db.execute(sql`select 1`);
    },
    started: () => {},
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
