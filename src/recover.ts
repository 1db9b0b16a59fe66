import { existsSync } from 'node:fs';
import { keepPartitions, recordAudit } from './audit/index.js';
import { readConfig } from './config.js';
import { followDatabase, openDatabase } from './db/open.js';
import { CannotRecover, type Recovery, recoverAdmin } from './identity/index.js';
import { createLogger } from './platform/log.js';

/**
 * Recovers the administrator in the database of the configuration, and answers where its password is.
 *
 * @throws FolderInUse while a server has the embedded database.
 */
export async function recover(
  recovery: Omit<Recovery, 'passwordPath'> & { readonly passwordPath?: string | undefined },
): Promise<string> {
  const config = readConfig(process.env);
  // Opening a folder that is not there would make an empty database.
  if (config.databaseUrl === undefined && !existsSync(config.dataDir))
    throw new CannotRecover(`There is no data in ${config.dataDir}.`);
  const passwordPath = recovery.passwordPath ?? `${config.dataDir}.recovered-password`;
  const database = await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir, connectionsMax: 2 });
  try {
    const log = createLogger(config.logLevel);
    const clock = await followDatabase(database.db, { log, before: keepPartitions(database.db, log) });
    const services = { db: database.db, clock, recordAudit, settings: config };
    await recoverAdmin(services, { ...recovery, passwordPath }).finally(() => clock.stop());
    return passwordPath;
  } finally {
    await database.close();
  }
}
