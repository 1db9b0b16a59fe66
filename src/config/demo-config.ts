import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { type Config, readConfig } from './config.js';
import { ConfigError } from './config-error.js';
import { PROCESS_SETTINGS } from './settings.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** What would show a demo to others, or take it to data that is not its own. */
const REFUSED: readonly (readonly [name: string, why: string])[] = [
  ['DATABASE_URL', 'a demo has a database of its own'],
  ['BAILIWICK_SOCKET_PATH', 'a demo listens on a loopback address'],
  ['BAILIWICK_TLS_CERTIFICATE_PATH', 'a demo speaks plain HTTP, on a loopback address'],
  ['BAILIWICK_TLS_KEY_PATH', 'a demo speaks plain HTTP, on a loopback address'],
  ['BAILIWICK_TRUSTED_PROXIES', 'a demo is behind no proxy'],
  ['BAILIWICK_PUBLIC_URL', 'a demo is behind no proxy'],
  ['BAILIWICK_ALLOWED_ORIGINS', 'a demo serves its own pages only'],
  ['BAILIWICK_DOMAINS', 'a demo shows everything'],
];

/** Files of a server that the same environment may name; a demo has its own, beside its data. */
const OTHERS_FILES = ['BAILIWICK_ADMIN_PASSWORD_PATH', 'BAILIWICK_AUDIT_KEY_PATH'];

/** Unless the environment says otherwise. Short times show what happens when time passes. */
const DEFAULTS: Environment = {
  BAILIWICK_ATTESTATION_INTERVAL: 'PT25S',
  BAILIWICK_LEASE_INTERVAL: 'PT30S',
  // The passwords of a demo are generated, and nobody can guess them.
  BAILIWICK_PASSWORD_COST: '15',
  BAILIWICK_LOG_LEVEL: 'error',
};

/** The folder of everything that a demo keeps: beside the data folder, with its name and `.demo`. */
export function demoFolder(environment: Environment): string {
  return `${resolve(PROCESS_SETTINGS.BAILIWICK_DATA_DIR[0].parse(environment.BAILIWICK_DATA_DIR))}.demo`;
}

/**
 * Reads the configuration of a demo from the environment: that of a server with a folder of its own.
 * @throws ConfigError for settings that would open it to others, and as `readConfig` does.
 */
export function readDemoConfig(environment: Environment): Config {
  const found = REFUSED.find(([name]) => [name, `${name}_FILE`].some((one) => environment[one] !== undefined));
  if (found !== undefined) throw new ConfigError(`Configuration: ${found[1]}: unset ${found[0]}`);
  const own = OTHERS_FILES.flatMap((name) => [name, `${name}_FILE`]).map((name) => [name, undefined]);
  const config = readConfig({
    ...DEFAULTS,
    ...environment,
    ...Object.fromEntries(own),
    BAILIWICK_DATA_DIR: join(demoFolder(environment), 'data'),
  });
  requireLoopback(config.place);
  return { ...config, isDemo: true };
}

/** By its number: a name can be anybody's. */
function requireLoopback(place: Config['place']): void {
  const host = 'host' in place ? place.host : '';
  if (host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))) return;
  throw new ConfigError(
    `Configuration: a demo listens on a loopback address only, such as 127.0.0.1 or ::1, and not on ${host}: correct --host (or BAILIWICK_HOST)`,
  );
}
