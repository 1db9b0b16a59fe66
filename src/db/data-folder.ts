import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { CannotStart } from '../platform/cannot-start.js';
import { createWhole, syncFolder } from '../platform/durable-file.js';

const filesOf = (dataDir: string) => join(dataDir, 'pg');
const markerOf = (dataDir: string) => join(dataDir, 'started');

const MARKER = `A first start was finished here. While this file is here, the server makes no new database in this folder.
`;

/** With fewer bytes free, a database that does not open lacks disk space, not a file. */
const SPACE_MIN = 16 * 2 ** 20;

/** Whether a first start was completed in the folder. */
export const isStarted = (dataDir: string): boolean => existsSync(markerOf(dataDir));

/** Records that the first start is complete: from now on, nothing that is missing is created again. */
export function markStarted(dataDir: string): void {
  createWhole(markerOf(dataDir), MARKER);
}

/** Thrown when the folder lacks the database that was in it, or that should be. */
export class DataMissing extends CannotStart {}

const noData = (dataDir: string) =>
  new DataMissing(`There is no data in ${dataDir}. Name its folder with BAILIWICK_DATA_DIR.`);

/**
 * @throws DataMissing when there is no folder and none may be made.
 * @throws CannotStart when other users could reach a database in it.
 */
export function makeFolder(dataDir: string, mayCreate: boolean): void {
  if (!mayCreate && !existsSync(dataDir)) throw noData(dataDir);
  mkdirSync(dirname(dataDir), { recursive: true });
  try {
    // Not recursive: a recursive mkdir reports a read-only disk as a missing folder.
    mkdirSync(dataDir, { mode: 0o700 });
  } catch (error) {
    if (!statSync(dataDir, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
  const { mode } = statSync(dataDir);
  const isUsed = existsSync(filesOf(dataDir)) || isStarted(dataDir);
  if ((mode & 0o077) !== 0 && isUsed) throw openToOthers(dataDir, mode);
  chmodSync(dataDir, 0o700);
}

const openToOthers = (dataDir: string, mode: number) =>
  new CannotStart(
    `The data folder ${dataDir} is open to other users of this machine (mode ${(mode & 0o777).toString(8).padStart(4, '0')}). If none of them changed it, close it and start again: chmod 700 '${dataDir.replaceAll("'", "'\\''")}'`,
  );

/**
 * Makes sure that the folder, which this process owns, has a database; creates one unless there has been one. A process
 * that is killed in between leaves nothing under the database's name.
 *
 * @param mayCreate whether an empty folder gets a database.
 * @throws DataMissing
 */
export async function ensureDatabase(dataDir: string, mayCreate: boolean): Promise<void> {
  const files = filesOf(dataDir);
  const found = existsSync(files) ? readdirSync(files) : [];
  if (found.includes('PG_VERSION')) return;
  if (found.length > 0) throw missing(dataDir, join(files, 'PG_VERSION'));
  if (isStarted(dataDir)) throw missing(dataDir, files);
  if (!mayCreate) throw noData(dataDir);
  const draft = `${files}.new`;
  rmSync(draft, { recursive: true, force: true });
  await (await opened(dataDir, draft)).close();
  renameSync(draft, files);
  syncFolder(dataDir);
}

/** @throws DataMissing for a database without tables in a folder where a first start was completed. */
export async function openFiles(dataDir: string): Promise<PGlite> {
  const client = await opened(dataDir, filesOf(dataDir));
  try {
    if (isStarted(dataDir) && !(await hasTables(client))) throw missing(dataDir, `the data of ${filesOf(dataDir)}`);
    return client;
  } catch (error) {
    await client.close();
    throw error;
  }
}

const ways = (dataDir: string) =>
  `Restore the folder from a backup. To begin with an empty database, name another folder with BAILIWICK_DATA_DIR, or remove pg and started from ${dataDir}.`;

function missing(dataDir: string, what: string): DataMissing {
  return new DataMissing(
    `The data folder ${dataDir} has been in use, and ${what} is missing from it. ${ways(dataDir)}`,
  );
}

async function opened(dataDir: string, files: string): Promise<PGlite> {
  try {
    return await PGlite.create(files);
  } catch (error) {
    requireSpace(dataDir, error);
    throw new CannotStart(
      `The embedded database in ${files} cannot be opened: one of its files is missing or damaged (${String((error as Error).message)}). ${ways(dataDir)}`,
      { cause: error },
    );
  }
}

/** @throws CannotStart when the disk is full, which the engine only reports as a failure to open. */
function requireSpace(dataDir: string, cause: unknown): void {
  const { bavail, bsize } = statfsSync(dataDir);
  if (bavail * bsize >= SPACE_MIN) return;
  throw new CannotStart(`The disk of the data folder ${dataDir} is full: free some space on it, and start again.`, {
    cause,
  });
}

async function hasTables(client: PGlite): Promise<boolean> {
  const { rows } = await client.query(`select from pg_class where relname = '__drizzle_migrations' and relkind = 'r'`);
  return rows.length > 0;
}
