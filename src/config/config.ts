import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { DomainSettings, Settings } from '../authority/index.js';
import type { Place, TlsFiles } from '../server/http/listener.js';
import type { LimitSettings } from '../server/limits/rate-limits.js';
import { ConfigError } from './config-error.js';
import { DOMAIN_SETTINGS, type PROCESS_SETTINGS, SETTINGS } from './settings.js';

/** Variables of the command line, which may be in the same environment. */
const CLIENT_NAMES = new Set([
  ...['BAILIWICK_SERVER', 'BAILIWICK_TOKEN', 'BAILIWICK_HOME'],
  ...['BAILIWICK_CREDENTIAL', 'BAILIWICK_CREDENTIAL_FILE'],
]);

export interface Config extends Settings {
  readonly place: Place;
  readonly tls: TlsFiles | undefined;
  readonly trustedProxies: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly publicUrl: string | undefined;
  readonly dataDir: string;
  readonly adminPasswordPath: string;
  readonly databaseUrl: string | undefined;
  readonly databaseConnections: number;
  readonly databaseConnectionWaitMaxMs: number;
  readonly databaseLockWaitMaxMs: number;
  readonly domains: readonly string[] | undefined;
  readonly hasGraphiql: boolean;
  /** Whether repeated queries run as plain data where possible. */
  readonly runsPlain: boolean;
  readonly logLevel: string;
  readonly limits: LimitSettings;
  /** How many streams use the database at a time. */
  readonly streamsAtOnce: number;
  readonly metricsToken: string | undefined;
  readonly drainDelayMs: number;
  readonly shutdownTimeoutMs: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const FORM = z.object(
  Object.fromEntries(Object.entries(SETTINGS).map(([name, [form]]) => [name, form])) as {
    [Name in keyof typeof PROCESS_SETTINGS]: (typeof PROCESS_SETTINGS)[Name][0];
  },
);

/**
 * Reads the configuration from the environment; no other code does.
 * @throws ConfigError that lists every unknown name and every invalid value.
 */
export function readConfig(environment: Environment): Config {
  const given = withFiles(environment);
  const problems = unknownNames(given);
  const parsed = FORM.safeParse(given);
  if (!parsed.success)
    problems.push(...parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  if (!parsed.success || problems.length > 0) throw new ConfigError(`Configuration: ${problems.join('; ')}`);
  const values = parsed.data;
  const dataDir = resolve(values.BAILIWICK_DATA_DIR);
  return {
    ...domainSettings(values, dataDir),
    place: placeOf(values),
    tls: tlsFiles(values.BAILIWICK_TLS_CERTIFICATE_PATH, values.BAILIWICK_TLS_KEY_PATH),
    trustedProxies: values.BAILIWICK_TRUSTED_PROXIES,
    allowedOrigins: values.BAILIWICK_ALLOWED_ORIGINS,
    publicUrl: values.BAILIWICK_PUBLIC_URL,
    dataDir,
    adminPasswordPath: resolve(values.BAILIWICK_ADMIN_PASSWORD_PATH ?? `${dataDir}.admin-password`),
    databaseUrl: values.DATABASE_URL,
    databaseConnections: values.BAILIWICK_DATABASE_CONNECTIONS,
    databaseConnectionWaitMaxMs: values.BAILIWICK_DATABASE_CONNECTION_WAIT_MAX,
    databaseLockWaitMaxMs: values.BAILIWICK_DATABASE_LOCK_WAIT_MAX,
    domains: values.BAILIWICK_DOMAINS?.split(',').map((name) => name.trim()),
    hasGraphiql: values.BAILIWICK_GRAPHIQL,
    runsPlain: values.BAILIWICK_PLAIN_RUNS,
    logLevel: values.BAILIWICK_LOG_LEVEL,
    sweepIntervalMs: values.BAILIWICK_SWEEP_INTERVAL,
    clockSkewMaxMs: values.BAILIWICK_CLOCK_SKEW_MAX,
    eventRetentionMs: values.BAILIWICK_EVENT_RETENTION,
    revisionRetentionMs: values.BAILIWICK_REVISION_RETENTION,
    streamLifetimeMs: values.BAILIWICK_STREAM_LIFETIME,
    streamPatienceMs: values.BAILIWICK_STREAM_PATIENCE,
    streamsAtOnce: streamsAtOnce(values.BAILIWICK_DATABASE_CONNECTIONS),
    contentMemoryBytes: values.BAILIWICK_CONTENT_MEMORY,
    metricsToken: values.BAILIWICK_METRICS_TOKEN,
    limits: limitsOf(values),
    denialWindowMs: values.BAILIWICK_AUDIT_DENIAL_WINDOW,
    drainDelayMs: values.BAILIWICK_DRAIN_DELAY,
    shutdownTimeoutMs: values.BAILIWICK_SHUTDOWN_TIMEOUT,
  };
}

/** How much callers may ask of the server at a time. */
function limitsOf(values: Values): LimitSettings {
  return {
    requestsPerSecondPerPrincipal: values.BAILIWICK_REQUESTS_PER_SECOND_PER_PRINCIPAL,
    requestsPerSecondPerSource: values.BAILIWICK_REQUESTS_PER_SECOND_PER_SOURCE,
    strangersRequestsPerSecondPerSource: values.BAILIWICK_STRANGERS_REQUESTS_PER_SECOND_PER_SOURCE,
    costPerSecondPerPrincipal: values.BAILIWICK_COST_PER_SECOND_PER_PRINCIPAL,
    strangersCostPerSecondPerSource: values.BAILIWICK_STRANGERS_COST_PER_SECOND_PER_SOURCE,
    concurrentRequestsPerPrincipal: values.BAILIWICK_CONCURRENT_REQUESTS_PER_PRINCIPAL,
    concurrentRequestsPerSource: values.BAILIWICK_CONCURRENT_REQUESTS_PER_SOURCE,
    concurrentRequests: values.BAILIWICK_CONCURRENT_REQUESTS,
    lookUps: values.BAILIWICK_CONCURRENT_LOOK_UPS,
    arrivingBytes: values.BAILIWICK_ARRIVING_BYTES,
    transferPatienceMs: values.BAILIWICK_TRANSFER_PATIENCE,
    transferBytesPerSecond: values.BAILIWICK_TRANSFER_BYTES_PER_SECOND,
    connections: values.BAILIWICK_CONNECTIONS,
    streamsPerPrincipal: values.BAILIWICK_STREAMS_PER_PRINCIPAL,
    streams: values.BAILIWICK_STREAMS,
    logInsPerMinutePerSource: values.BAILIWICK_LOG_INS_PER_MINUTE_PER_SOURCE,
    logInsPerMinutePerUser: values.BAILIWICK_LOG_INS_PER_MINUTE_PER_USER,
    logInWaitMaxMs: values.BAILIWICK_LOG_IN_WAIT_MAX,
  };
}

/** The values of the domains' settings; their types come from the same declarations. */
function domainSettings(values: Readonly<Record<string, unknown>>, dataDir: string): DomainSettings {
  const named = Object.entries(DOMAIN_SETTINGS).map(([name, { variable, file }]) => {
    const value = values[variable];
    return [name, file ? resolve(String(value ?? `${dataDir}${file.ending}`)) : value];
  });
  return Object.fromEntries(named);
}

type Values = z.infer<typeof FORM>;

const placeOf = ({ BAILIWICK_SOCKET_PATH: socketPath, BAILIWICK_HOST: host, BAILIWICK_PORT: port }: Values): Place =>
  socketPath === undefined ? { host, port } : { socketPath };

/** Few, however large the pool: requests come first, and more would not make streams faster. */
const streamsAtOnce = (connections: number) => Math.min(4, Math.max(1, Math.floor(connections / 4)));

function tlsFiles(certificatePath: string | undefined, keyPath: string | undefined): TlsFiles | undefined {
  if (certificatePath !== undefined && keyPath !== undefined) return { certificatePath, keyPath };
  if (certificatePath === undefined && keyPath === undefined) return undefined;
  throw new ConfigError('Configuration: TLS needs BAILIWICK_TLS_CERTIFICATE_PATH and BAILIWICK_TLS_KEY_PATH');
}

/** Any setting may come from a file that NAME_FILE names, so that secrets need not be in the environment. */
function withFiles(environment: Environment): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    const target = name.endsWith('_FILE') ? name.slice(0, -'_FILE'.length) : null;
    if (value === undefined) continue;
    if (target !== null && target in SETTINGS) given[target] = contentOf(name, value);
    else if (name in SETTINGS || name.startsWith('BAILIWICK_')) given[name] = value;
  }
  return given;
}

function contentOf(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(
      `Configuration: ${name}: the file ${path} cannot be read (${code}); correct the name or its rights`,
    );
  }
}

function unknownNames(given: Record<string, string>): string[] {
  return Object.keys(given)
    .filter((name) => !(name in SETTINGS) && !CLIENT_NAMES.has(name))
    .map((name) => `${name} is not a setting`);
}
