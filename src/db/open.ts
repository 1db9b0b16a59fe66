import type { Logger } from '../platform/log.js';
import { openEmbedded } from './embedded.js';
import { openPostgres } from './postgres.js';
import type { Database, StatementListener } from './types.js';

export { ADVISORY_LOCKS } from './advisory-locks.js';
export { followDatabase } from './clock.js';
export { CAUSE_NAMES, type Cause } from './errors.js';
export { SHARES, type Share } from './gate.js';
export { EVERY_TOPIC, notify } from './notify.js';
export { WAYS } from './prepared.js';
export type { Database, Db, Engine, RootDb, StatementListener, Tx } from './types.js';

export interface DatabaseOptions {
  /** A postgres:// URL; without one, the embedded database in `dataDir` is opened. */
  readonly url?: string | undefined;
  /** Folder of the embedded database; created with mode 0700 when missing. */
  readonly dataDir: string;
  /** Whether to create a database in that folder when it is empty; true by default. */
  readonly mayCreate?: boolean;
  /** How many connections to Postgres at most. */
  readonly connectionsMax: number;
  /** How long to wait for a free connection to Postgres. */
  readonly connectionWaitMaxMs?: number;
  /** How long a statement waits for a lock in Postgres. */
  readonly lockWaitMaxMs?: number;
  readonly statements?: StatementListener;
  /** Logs when the database cannot serve. */
  readonly log?: Logger;
  /** Called with each step of the opening, for people who wait for it. */
  readonly said?: (step: string) => void;
}

/** Opens the database and applies all migrations. The only place that chooses between the two engines. */
export function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.url === undefined ? openEmbedded(options) : openPostgres({ ...options, url: options.url });
}
