import type { AddressInfo } from 'node:net';
import { type App, createApp } from '../app.js';
import { type Config, readConfig } from '../config/config.js';
import { faultForLog } from '../db/errors.js';
import { type Database, openDatabase } from '../db/open.js';
import { ACCESS, domainsNamed } from '../domains.js';
import { createLogger, type Logger } from '../platform/log.js';
import { type HttpServer, listen } from '../server/http/listener.js';
import { CONSOLE_FOLDER } from '../server/pages/console.js';
import { renewOnHangup, stopOnSignal } from './signals.js';
import { orExplained } from './start-failures.js';

/**
 * Runs the server until a signal: reads the configuration, opens the database, listens. Resolves once it listens.
 *
 * @param flags settings that override the environment's.
 * @throws ConfigError, CannotStart, with messages for the person who starts it.
 */
export async function serve(flags: Readonly<Record<string, string>> = {}): Promise<void> {
  await serveAs(readConfig({ ...process.env, ...flags }));
}

/** A server that listens. */
export interface Served {
  readonly address: string;
  stop(): Promise<void>;
}

/** Runs the server until a signal, with a configuration that was read. @throws CannotStart. */
export const serveAs = (config: Config): Promise<Served> => orExplained(config, () => start(config));

async function start(config: Config): Promise<Served> {
  const log = createLogger(config.logLevel);
  const domains = config.domains && domainsNamed(config.domains);
  const say = progress();
  const database = await openDatabase({
    said: say,
    url: config.databaseUrl,
    dataDir: config.dataDir,
    connectionsMax: config.databaseConnections,
    connectionWaitMaxMs: config.databaseConnectionWaitMaxMs,
    lockWaitMaxMs: config.databaseLockWaitMaxMs,
    log,
  });
  const created = createApp({
    database,
    log,
    settings: config,
    limits: config.limits,
    streamsAtOnce: config.streamsAtOnce,
    metricsToken: config.metricsToken,
    trustedProxies: config.trustedProxies,
    allowedOrigins: config.allowedOrigins,
    publicUrl: config.publicUrl,
    tls: config.tls,
    adminPasswordPath: config.adminPasswordPath,
    ...(domains && { domains }),
    hasGraphiql: config.hasGraphiql,
    consoleFolder: CONSOLE_FOLDER,
    runsPlain: config.runsPlain,
  });
  const app = await orClose(created, database);
  logUnhandled(log);
  say(`Listening on ${wanted(config.place)}`);
  await orClose(letIn(app, database, config), app, database);
  app.start();
  const stop = stopOnSignal(app, database, { drainDelayMs: config.drainDelayMs, timeoutMs: config.shutdownTimeoutMs });
  if (config.tls) renewOnHangup(app.http, config.tls, log);
  // Printed last: a program that reads it may send a signal at once.
  const address = addressOf(app.http, config);
  await sayReady(address, app, config);
  return { address, stop };
}

async function sayReady(address: string, app: App, config: Config): Promise<void> {
  process.stdout.write(`Bailiwick is ready.\n  Console   ${address}/\n  GraphQL   ${address}/graphql\n`);
  if (config.hasGraphiql) process.stdout.write(`  GraphiQL  ${address}/graphiql\n`);
  // A demo says by itself how to log in.
  if (!config.isDemo) await sayPassword(app, config);
}

async function sayPassword({ isFirstStart, services }: App, { adminPasswordPath }: Config): Promise<void> {
  if (isFirstStart) process.stdout.write(`  First start: the password of user admin is in ${adminPasswordPath}\n`);
  else if (await ACCESS.isFirstPassword(services, adminPasswordPath))
    process.stdout.write(`  Nobody has changed the password of user admin yet: it is in ${adminPasswordPath}\n`);
}

/** Says on a terminal what a start does that takes long; elsewhere a start says only that it is ready, or what failed. */
function progress(): (step: string) => void {
  const { stderr } = process;
  return (step) => void (stderr.isTTY && stderr.write(`${step} …\n`));
}

const wanted = (place: Config['place']) => ('socketPath' in place ? place.socketPath : `${place.host}:${place.port}`);

/** Marks the database first: an acknowledged change is never in a database that may be created again. */
async function letIn({ http }: App, database: Database, { place }: Config): Promise<void> {
  database.started();
  await listen(http, place);
}

/**
 * graphql abandons the promises of a list whose later item throws; if one of them rejected then, Node would end the
 * process, and with it every other caller's requests.
 */
function logUnhandled(log: Logger): void {
  process.on('unhandledRejection', (reason) => log.error({ err: faultForLog(reason) }, 'a promise was abandoned'));
}

/** Closes what is open when the next step fails: it would keep a process alive that serves nobody. */
async function orClose<T>(step: Promise<T>, ...open: readonly { close(): Promise<void> }[]): Promise<T> {
  try {
    return await step;
  } catch (error) {
    for (const each of open) await each.close();
    throw error;
  }
}

function addressOf(server: HttpServer, { place, tls }: Config): string {
  if ('socketPath' in place) return `unix:${place.socketPath}:`;
  const { port } = server.address() as AddressInfo;
  const host = place.host.includes(':') ? `[${place.host}]` : place.host;
  return `${tls ? 'https' : 'http'}://${host}:${port}`;
}
