import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { openEmbedded } from '../../src/db/embedded.js';
import { startCluster } from './cluster.js';
import { openTestPostgres, type TestDatabase } from './engine.js';

/** A database whose disk a test fills and frees. */
export interface SmallDisk extends TestDatabase {
  fill(): Promise<void>;
  free(): Promise<void>;
}

/** On a small disk in memory. @returns null where nothing may be mounted. */
export async function onSmallDisk(): Promise<SmallDisk | null> {
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=80m,mode=0755', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    rmSync(folder, { recursive: true });
    return null;
  }
  const { close, ...opened } = await (process.env.TEST_ENGINE === 'postgres' ? inTablespace(folder) : inFolder(folder));
  const filling = join(folder, 'filling');
  return {
    ...opened,
    fill: async () => fill(filling),
    free: async () => rmSync(filling, { force: true }),
    close: async () => {
      await close();
      execFileSync('umount', ['--lazy', folder]);
      rmSync(folder, { recursive: true });
    },
  };
}

async function inFolder(folder: string): Promise<TestDatabase> {
  const database = await openEmbedded({ dataDir: join(folder, 'data') });
  return { db: database.db, engine: 'embedded', database, close: () => database.close() };
}

/** In a cluster of its own: while a disk is full no checkpoint of its cluster succeeds, and other tests drop databases. */
async function inTablespace(folder: string): Promise<TestDatabase> {
  const place = join(folder, 'tablespace');
  // Postgres runs as a user of its own.
  execFileSync('install', ['-d', '-m', '0700', '-o', 'postgres', place]);
  const { address: base, end } = startCluster();
  try {
    const opened = await openTestPostgres(undefined, undefined, { base, tablespace: { name: 'small', place } });
    return { ...opened, close: () => opened.close().finally(end) };
  } catch (error) {
    end();
    throw error;
  }
}

function fill(path: string): void {
  const file = openSync(path, 'w');
  const piece = Buffer.alloc(64 * 1024);
  try {
    for (;;) writeSync(file, piece);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}

/** As if its disk could be filled: what takes space fails as it would then. */
export function asIfOnSmallDisk(opened: TestDatabase): SmallDisk {
  const run = (statement: string) => opened.db.execute(sql.raw(statement));
  return {
    ...opened,
    fill: async () => {
      const raise = `begin raise exception 'could not extend file' using errcode = '53100'; end`;
      await run(`create function full_row() returns trigger language plpgsql as $$ ${raise} $$`);
      await run(`create function full_table() returns event_trigger language plpgsql as $$ ${raise} $$`);
      await run('create trigger full_row before insert on domains execute function full_row()');
      await run(`create event trigger full_table on ddl_command_start when tag in ('CREATE TABLE AS')
        execute function full_table()`);
    },
    free: async () => {
      await run('drop event trigger full_table');
      await run('drop function full_row, full_table cascade');
    },
  };
}
