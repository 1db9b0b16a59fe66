import type { Recovery } from '../authority/index.js';
import { readConfig } from '../config/config.js';
import { followDatabase, openDatabase } from '../db/open.js';
import { ACCESS, AUDIT_LOG } from '../domains.js';
import { createLogger } from '../platform/log.js';
import { orExplained } from './start-failures.js';

/**
 * Recovers the administrator in the configured database, and returns the path of the password file.
 *
 * @throws CannotStart when the database cannot be opened, for example while a server uses the embedded one.
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
      const clock = await followDatabase(database.db, { log, before: AUDIT_LOG.keeper(database.db, log) });
      const services = { db: database.db, clock, recordAudit: AUDIT_LOG.record, settings: config };
      await ACCESS.recover(services, { ...recovery, passwordPath }).finally(() => clock.stop());
      return passwordPath;
    } finally {
      await database.close();
    }
  });
}
