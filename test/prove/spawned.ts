import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeMigratedFolder } from '../harness/migrated-folder.js';
import { client } from '../harness/server.js';

const MAIN = process.env.PROVE_MAIN ?? fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface Spawned extends ReturnType<typeof client> {
  readonly url: string;
  readonly password: string;
  readonly memory: ReturnType<typeof memoryOf>;
  close(): Promise<void>;
  restart(): Promise<Spawned>;
}

/** The built server in a process of its own, on the embedded database, with its defaults. */
export async function spawnServer(settings: Readonly<Record<string, string>> = {}): Promise<Spawned> {
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-spawned-'));
  // A database that is made anew takes memory that no server needs afterwards.
  makeMigratedFolder(join(folder, 'data'));
  return spawnIn(folder, settings);
}

async function spawnIn(folder: string, settings: Readonly<Record<string, string>>): Promise<Spawned> {
  const passwordPath = join(folder, 'admin-password');
  const server = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      BAILIWICK_PORT: '0',
      BAILIWICK_DATA_DIR: join(folder, 'data'),
      BAILIWICK_PASSWORD_COST: '15',
      BAILIWICK_ADMIN_PASSWORD_PATH: passwordPath,
      BAILIWICK_LOG_LEVEL: 'error',
      ...settings,
    },
  });
  const url = await listening(server);
  const end = async (signal: NodeJS.Signals) => {
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill(signal);
    await gone;
  };
  const close = async () => {
    await end('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  /** Another process with the same data. */
  const restart = async (): Promise<Spawned> => {
    await end('SIGTERM');
    return spawnIn(folder, settings);
  };
  const password = readFileSync(passwordPath, 'utf8').trim();
  return { url, password, memory: memoryOf(server), close, restart, ...client(url) };
}

function listening(server: ChildProcess): Promise<string> {
  let said = '';
  return new Promise((resolve, reject) => {
    server.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /(http:\S+)\/graphql/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    server.once('exit', () => reject(new Error(`the server ended before it listened: ${said}`)));
  });
}

/** What the kernel counts of a process, in MiB. */
function memoryOf({ pid }: ChildProcess) {
  const read = (name: string) => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024);
  };
  return {
    now: () => read('VmRSS'),
    /** The most since it was last forgotten. */
    peak: () => read('VmHWM'),
    forgetPeak: () => writeFileSync(`/proc/${pid}/clear_refs`, '5'),
  };
}
