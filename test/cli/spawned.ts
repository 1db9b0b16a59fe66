import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface Ended {
  /** What the process answered its caller; null when a signal ended it. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Spawned {
  readonly child: ChildProcess;
  /** Where it listens; null when it ended before that. */
  readonly url: string | null;
  readonly ended: Promise<Ended>;
}

export interface Spawning {
  readonly env?: Readonly<Record<string, string>>;
  /** What runs the server: a shell that prepares its surroundings, or another build. */
  readonly argv?: readonly string[];
}

/** Starts the server as it is built. */
export function launchServer(dataDir: string, { env = {}, argv = [MAIN] }: Spawning = {}) {
  const [first = '', ...rest] = argv;
  const [program, args] = first.endsWith('.js') ? [process.execPath, argv] : [first, rest];
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      BAILIWICK_HOST: '127.0.0.1',
      BAILIWICK_PORT: '0',
      BAILIWICK_DATA_DIR: dataDir,
      BAILIWICK_PASSWORD_COST: '15',
      BAILIWICK_LOG_LEVEL: 'warn',
      BAILIWICK_GRAPHIQL: 'false',
      ...env,
    },
  });
  const said = { out: '', err: '' };
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, ...said })));
  const listens = new Promise<string>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      said.out += chunk.toString();
      const [, url] = /GraphQL +(\S+)\/graphql\n/.exec(said.out) ?? [];
      if (url !== undefined) resolve(url);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      said.err += chunk.toString();
    });
  });
  return { child, url: Promise.race([listens, ended.then(() => null)]), ended };
}

/** Starts the server, and waits until it listens or has ended. */
export async function spawnServer(dataDir: string, spawning?: Spawning): Promise<Spawned> {
  const { url, ...server } = launchServer(dataDir, spawning);
  return { ...server, url: await url };
}

/** Starts the server, lets it end by itself or stops it once it listens, and answers what it said. */
export async function startAndStop(dataDir: string, spawning?: Spawning): Promise<Ended & { isReady: boolean }> {
  const { child, url, ended } = await spawnServer(dataDir, spawning);
  if (url !== null) {
    // It says where it listens before it hears signals; once it answers it hears them.
    await fetch(`${url}/healthz`);
    child.kill('SIGTERM');
  }
  return { ...(await ended), isReady: url !== null };
}

export const MAIN_PATH = MAIN;
export const ROOT = join(MAIN, '..', '..');
