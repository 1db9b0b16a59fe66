import { keepPartitions, recordAudit } from '../audit/index.js';
import { readConfig } from '../config/config.js';
import { followDatabase, openDatabase } from '../db/open.js';
import { type Recovery, recoverAdmin } from '../identity/index.js';
import { createLogger } from '../platform/log.js';
import { orExplained } from './start-failures.js';

/**
 * Recovers the administrator in the database of the configuration, and answers where its password is.
 *
 * @throws CannotStart when the database cannot be opened, as while a server has the embedded one.
 */
export async function recover(
  recovery: Omit<Recovery, 'passwordPath'> & { readonly passwordPath?: string | undefined },
): Promise<string> {
  const config = readConfig(process.env);
  const passwordPath = recovery.passwordPath ?? `${config.dataDir}.recovered-password`;
  return orExplained(config, async () => {
    const { databaseUrl: url, dataDir } = config;
    const database = await openDatabase({ url, dataDir, mayCreate: false, connectionsMax: 2 });
    try {
      const log = createLogger(config.logLevel);
      const clock = await followDatabase(database.db, { log, before: keepPartitions(database.db, log) });
      const services = { db: database.db, clock, recordAudit, settings: config };
      await recoverAdmin(services, { ...recovery, passwordPath }).finally(() => clock.stop());
      return passwordPath;
    } finally {
      await database.close();
    }
  });
}
