import type { AddressInfo } from 'node:net';
import { createApp } from './app.js';
import { ConfigError, readConfig } from './config.js';
import { faultForLog } from './db/errors.js';
import { FolderInUse } from './db/folder-lock.js';
import { type Database, openDatabase } from './db/open.js';
import { domainsNamed } from './domains.js';
import { systemClock } from './platform/clock.js';
import { createLogger, type Logger } from './platform/log.js';

/** Serves as the environment says, and reports what is wrong with it in one line. */
async function main(): Promise<void> {
  try {
    await serve();
  } catch (error) {
    if (!(error instanceof ConfigError) && !(error instanceof FolderInUse)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error instanceof ConfigError ? 2 : 1;
  }
}

/**
 * Runs the server until a signal: reads the configuration, opens the database, listens. Resolves once it listens.
 *
 * @param flags settings that win over the environment's.
 */
export async function serve(flags: Readonly<Record<string, string>> = {}): Promise<void> {
  const config = readConfig({ ...process.env, ...flags });
  const log = createLogger(config.logLevel);
  const domains = config.domains && domainsNamed(config.domains);
  const database = await openDatabase({
    url: config.databaseUrl,
    dataDir: config.dataDir,
    connectionsMax: config.databaseConnections,
  });
  const created = createApp({
    database,
    clock: systemClock,
    log,
    settings: config,
    limits: config.limits,
    metricsToken: config.metricsToken,
    adminPasswordPath: config.adminPasswordPath,
    ...(domains && { domains }),
    hasGraphiql: config.hasGraphiql,
  });
  const app = await orClose(created, database);
  logUnhandled(log);
  const listening = new Promise<void>((resolve, reject) => {
    app.http.once('error', reject).listen(config.port, config.host, resolve);
  });
  await orClose(listening, app, database);
  const { port } = app.http.address() as AddressInfo;
  const url = `http://${config.host}:${port}`;
  process.stdout.write(`Bailiwick is ready.\n  GraphQL   ${url}/graphql\n`);
  if (config.hasGraphiql) process.stdout.write(`  GraphiQL  ${url}/graphiql\n`);
  if (app.adminPasswordPath)
    process.stdout.write(`  First start: the password of user admin is in ${app.adminPasswordPath}\n`);
  stopOnSignal(app, database, config.shutdownTimeoutMs);
}

/**
 * graphql abandons the promises of a list whose later item throws; were one of them to reject then, Node would end the
 * process, and with it every other caller's requests.
 */
function logUnhandled(log: Logger): void {
  process.on('unhandledRejection', (reason) => log.error({ err: faultForLog(reason) }, 'a promise was abandoned'));
}

/** Closes what is open already when the next step fails: it would keep a process alive that serves nobody. */
async function orClose<T>(step: Promise<T>, ...open: readonly { close(): Promise<void> }[]): Promise<T> {
  try {
    return await step;
  } catch (error) {
    for (const each of open) await each.close();
    throw error;
  }
}

/** Open requests may finish; what hangs longer is cut off. A second signal ends the process at once. */
function stopOnSignal(app: Awaited<ReturnType<typeof createApp>>, database: Database, timeoutMs: number): void {
  const stop = async () => {
    const cut = setTimeout(() => app.http.closeAllConnections(), timeoutMs);
    await new Promise<void>((resolve) => {
      app.http.close(() => resolve());
      app.http.closeIdleConnections();
    });
    clearTimeout(cut);
    await app.close();
    await database.close();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      process.once(signal, () => process.exit(1));
      stop().catch((error: unknown) => {
        process.stderr.write(`Stopping failed: ${(error as Error).message}\n`);
        process.exitCode = 1;
      });
    });
  }
}

if (import.meta.url === `file://${process.argv[1]}`) await main();
