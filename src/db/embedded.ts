import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { lockFolder } from './folder-lock.js';
import { MIGRATIONS } from './migrations.js';
import { CHANNEL } from './notify.js';
import type { Database, Db, StatementListener } from './types.js';

export interface EmbeddedOptions {
  readonly dataDir: string;
  readonly statements?: StatementListener | undefined;
}

/**
 * Opens the embedded database (PGlite) in a folder that this process then owns: PGlite takes no lock itself, and two
 * processes on one folder would corrupt it. The folder is private because PGlite creates files that are not.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Database> {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  chmodSync(options.dataDir, 0o700);
  const lock = lockFolder(options.dataDir);
  try {
    const client = await PGlite.create(join(options.dataDir, 'pg'));
    const database = embeddedDatabase(client, options.statements, () => lock.release());
    await migrate(database.db as never, { migrationsFolder: MIGRATIONS });
    return database;
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
