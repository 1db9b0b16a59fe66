import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { rowsOf } from '../../src/db/rows.js';
import { DOMAINS } from '../../src/domains.js';
import { startCluster } from '../harness/cluster.js';
import { openTestPostgres } from '../harness/engine.js';
import { startTestServer, type TestServer } from '../harness/server.js';

const pathOf = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));
const CLI = pathOf('bin/bailiwick.mjs');
const ROUTER = pathOf('test/router/router.mjs');
const UNLIMITED: NodeJS.ProcessEnv = {
  BAILIWICK_REQUESTS_PER_SECOND_PER_PRINCIPAL: '0',
  BAILIWICK_REQUESTS_PER_SECOND_PER_SOURCE: '0',
  BAILIWICK_STRANGERS_REQUESTS_PER_SECOND_PER_SOURCE: '0',
  BAILIWICK_COST_PER_SECOND_PER_PRINCIPAL: '0',
  BAILIWICK_STRANGERS_COST_PER_SECOND_PER_SOURCE: '0',
  BAILIWICK_LOG_INS_PER_MINUTE_PER_SOURCE: '0',
  BAILIWICK_LOG_INS_PER_MINUTE_PER_USER: '0',
};

/** The same database served in two ways, at these addresses. */
export interface Split {
  /** By one process, which serves every domain. */
  readonly merged: string;
  /** By two processes behind a router. */
  readonly router: string;
  readonly identity: string;
  readonly attestation: string;
  /** In the test's own process, for making rows. */
  readonly server: TestServer;
  close(): Promise<void>;
}

/** Two processes that serve the same database, each every domain of it. */
export interface Replicas {
  readonly addresses: readonly [string, string];
  /** In the test's own process, for making rows. */
  readonly server: TestServer;
  close(): Promise<void>;
}

/** One process with the limits that it has when nobody sets any. */
export interface AsShipped {
  readonly address: string;
  readonly child: ChildProcess;
  /** In the test's own process, for making rows. */
  readonly server: TestServer;
  close(): Promise<void>;
}

/** As `Replicas`, and each can be ended in good order and started anew where it was. */
export interface RollingReplicas extends Replicas {
  /** @throws Error when the process that ends says that something went wrong. */
  restart(index: 0 | 1): Promise<void>;
}

type Later = (undo: () => unknown) => void;

/** Starts everything, with a Postgres cluster of its own when no address is given. */
export const startSplit = (): Promise<Split> => startWith(split);

/** As `startSplit`, but two whole servers and no router. */
export const startReplicas = (): Promise<Replicas> =>
  startWith(async (later) => {
    const { server, serve } = await onPostgres(later);
    return { addresses: [(await serve()).address, (await serve()).address] as const, server };
  });

/**
 * A server in a process of its own, under the limits it is shipped with. Requests of this machine may say which address
 * they come from.
 */
export const startAsShipped = (): Promise<AsShipped> =>
  startWith(async (later) => {
    const { server, serve } = await onPostgres(later, { BAILIWICK_TRUSTED_PROXIES: '127.0.0.1' });
    return { ...(await serve()), server };
  });

/** Replicas on machines whose clocks a test sets while they run. */
export interface Skewed {
  /** In the test's own process, whose clock nobody sets; for making rows. */
  readonly server: TestServer;
  /** Starts one with its clock so many seconds ahead of the right time, and with settings of its own. */
  replica(seconds: number, settings?: Readonly<Record<string, string>>): Promise<SkewedReplica>;
  close(): Promise<void>;
}

export interface SkewedReplica {
  readonly address: string;
  setAhead(seconds: number): void;
}

/** Debian's libfaketime, where it is installed. */
export const FAKETIME = readdirSync('/usr/lib')
  .map((folder) => `/usr/lib/${folder}/faketime/libfaketimeMT.so.1`)
  .find((path) => existsSync(path));

export const startSkewed = (): Promise<Skewed> =>
  startWith(async (later) => {
    const { server, serve, folder } = await onPostgres(later);
    let count = 0;
    const replica = async (seconds: number, settings = {}) => {
      const file = join(folder, `time-${++count}`);
      const setAhead = (ahead: number) => writeFileSync(file, `${ahead < 0 ? '' : '+'}${ahead}`);
      setAhead(seconds);
      const faking = { LD_PRELOAD: FAKETIME, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1' };
      // Setting a machine's time leaves its steady clock alone.
      const env = { ...faking, FAKETIME_DONT_FAKE_MONOTONIC: '1', ...settings };
      return { address: (await serve([], env)).address, setAhead };
    };
    return { server, replica };
  });

export const startRolling = (): Promise<RollingReplicas> =>
  startWith(async (later) => {
    const { server, run } = await onPostgres(later);
    const running = [await run(), await run()] as const;
    const children = running.map(({ child }) => child);
    later(() => Promise.all(children.map((child) => ended(child))));
    const [first, second] = running.map(({ address }) => address) as [string, string];
    const restart = async (index: 0 | 1) => {
      const child = children[index] as ChildProcess;
      await ended(child);
      if (child.exitCode !== 0) throw new Error(`the server ended with ${child.exitCode ?? child.signalCode}`);
      children[index] = (await run(['--port', new URL(running[index].address).port])).child;
    };
    return { addresses: [first, second] as const, server, restart };
  });

async function startWith<T>(start: (later: Later) => Promise<T>): Promise<T & { close(): Promise<void> }> {
  const stack: (() => unknown)[] = [];
  const close = async () => {
    for (const undo of stack.reverse()) await undo();
  };
  try {
    return { ...(await start((undo) => void stack.push(undo))), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A server in this process, and what starts others on its database. */
async function onPostgres(later: Later, settings: NodeJS.ProcessEnv = UNLIMITED) {
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-split-'));
  later(() => rmSync(folder, { recursive: true }));
  later(ensureCluster());
  const auditKeyPath = join(folder, 'audit-key.pem');
  const server = await startTestServer({ open: openTestPostgres, settings: { auditKeyPath } });
  later(() => server.close());
  const url = new URL(process.env.TEST_DATABASE_URL ?? '');
  const [row] = await rowsOf<{ name: string }>(server.services.db, sql`select current_database() as name`);
  url.pathname = `/${row?.name}`;
  const env = {
    ...process.env,
    DATABASE_URL: url.href,
    BAILIWICK_DATA_DIR: join(folder, 'data'),
    BAILIWICK_AUDIT_KEY_PATH: auditKeyPath,
    BAILIWICK_LOG_LEVEL: 'silent',
    ...settings,
  };
  const run = (options: readonly string[] = [], more: NodeJS.ProcessEnv = {}) =>
    listening([CLI, 'serve', '--port', '0', ...options], { ...env, ...more });
  const serve = async (options: readonly string[] = [], more: NodeJS.ProcessEnv = {}) => {
    const { child, address } = await run(options, more);
    later(() => ended(child));
    return { child, address };
  };
  return { server, serve, run, folder };
}

async function split(later: Later): Promise<Omit<Split, 'close'>> {
  const { server, serve, folder } = await onPostgres(later);
  const { address: merged } = await serve();
  const { address: identity } = await serve(['--domains', 'identity']);
  const others = DOMAINS.map(({ name }) => name).filter((name) => name !== 'identity');
  const { address: attestation } = await serve(['--domains', others.join()]);
  const supergraph = join(folder, 'supergraph.graphql');
  const urls = [['identity', identity], ...others.map((name) => [name, attestation])];
  const places = urls.flatMap(([name, at]) => ['--url', `${name}=${at}/graphql`]);
  execFileSync(process.execPath, [CLI, 'federation', 'compose', '--out', supergraph, ...places], { stdio: 'pipe' });
  const { child, address: router } = await listening([ROUTER, supergraph], process.env);
  later(() => ended(child));
  return { merged, router, identity, attestation, server };
}

/** Runs something that needs Postgres, with a cluster of its own when no address is given. */
export async function withCluster(run: () => Promise<void>): Promise<void> {
  const end = ensureCluster();
  try {
    await run();
  } finally {
    end();
  }
}

/** @returns what ends the cluster; nothing when there is one already. */
function ensureCluster(): () => void {
  if (process.env.TEST_DATABASE_URL) return () => {};
  const { address, end } = startCluster();
  process.env.TEST_DATABASE_URL = address;
  return () => {
    delete process.env.TEST_DATABASE_URL;
    end();
  };
}

/** Runs a script until it says where it listens. */
async function listening(argv: readonly string[], env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  const address = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk;
      const [found] = /http:\/\/127\.0\.0\.1:\d+(?=\/)/.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', () => reject(new Error(`${argv.join(' ')} ended: ${said}`)));
  });
  return { child, address };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = once(child, 'exit');
  child.kill();
  await exit;
}
