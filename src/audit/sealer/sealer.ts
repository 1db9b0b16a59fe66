import { clockFault, type Settings } from '../../authority/index.js';
import { databaseFault, faultForLog } from '../../db/errors.js';
import type { RootDb } from '../../db/open.js';
import type { Clock } from '../../platform/clock.js';
import type { Logger } from '../../platform/log.js';
import { readKeyFile } from '../seals/index.js';
import { type Repetition, repeat } from './repeat.js';
import { trim } from './retention.js';
import { BATCH_MAX, sealBatch } from './seal.js';

const SEAL_EVERY_MS = 500;
const UPKEEP_EVERY_MS = 3_600_000;
const TOLD_MAX = 100;
const UNKNOWN_KEY =
  'the audit log is signed by a key that is not in this server’s audit key file: give all servers of the database the same file';

export interface SealerServices {
  readonly db: RootDb;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: Pick<Settings, 'auditKeyPath' | 'auditRetentionMs' | 'clockSkewMaxMs'>;
}

export type Sealer = Repetition;

/**
 * Seals the audit log from now on, and drops entries past their retention. Every process may do so: the one that holds
 * the lock works, the others skip.
 * @throws Error when the key file cannot be used.
 */
export function startSealer({ db, clock, log, settings }: SealerServices): Sealer {
  const keys = readKeyFile(settings.auditKeyPath);
  let isStopped = false;
  const told = new Set<string>();
  /** Such servers also refuse the challenges that machines got from each other. Each key is told once. */
  const tellUnknown = (keyId: string) => {
    if (told.has(keyId) || told.size >= TOLD_MAX) return;
    told.add(keyId);
    log.error({ keyId, path: settings.auditKeyPath }, UNKNOWN_KEY);
  };
  const seal = async () => {
    while (!isStopped && (await sealBatch(db, keys, clock.now(), tellUnknown)) === BATCH_MAX);
  };
  const upkeep = async () => {
    // A wrong clock would make this drop entries too early, for good.
    if (settings.auditRetentionMs === null || clockFault({ clock, settings })) return;
    await trim(db, keys, clock.now(), settings.auditRetentionMs);
  };
  const failed = (what: string) => (error: unknown) =>
    log[databaseFault(error).kind === 'other' ? 'error' : 'warn'](faultForLog(error), what);
  const sealing = repeat(seal, SEAL_EVERY_MS, failed('the audit log was not sealed'));
  const keeping = repeat(upkeep, UPKEEP_EVERY_MS, failed('the audit log was not trimmed'));
  return {
    stop: async () => {
      isStopped = true;
      await Promise.all([sealing.stop(), keeping.stop()]);
    },
  };
}
