import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../scripts/prepare.mjs';
import { median, rounded } from './measure.mjs';

export const title = 'starting';

const ROUNDS = 9;
const { execPath: node } = process;

/** Runs a program to its end. */
const ends = (...args) => {
  execFileSync(node, args, { cwd: root, stdio: 'ignore' });
};

/** Runs what `npm start` runs, without npm, on existing data, until it reports that it is ready. */
async function ready(env) {
  const child = spawn(node, ['scripts/start.mjs'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const isReady = new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => String(text).includes('ready') && resolve());
    child.once('close', () => reject(new Error('the server did not start')));
  });
  await isReady;
  return async () => {
    child.kill();
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(late);
  };
}

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-bench-'));
  const env = { ...process.env, BAILIWICK_DATA_DIR: join(folder, 'data'), BAILIWICK_PORT: '0' };
  const contenders = {
    'what `npm start` runs, embedded database, to ready': () => ready(env),
    '`bailiwick --help`': () => ends('bin/bailiwick.mjs', '--help'),
    '`bailiwick agent --help`': () => ends('bin/bailiwick.mjs', 'agent', '--help'),
    '`node -e 0`': () => ends('-e', '0'),
  };
  const times = new Map(Object.keys(contenders).map((name) => [name, []]));
  try {
    for (let round = 0; round <= ROUNDS; round += 1)
      for (const [name, work] of Object.entries(contenders)) {
        const start = performance.now();
        const stop = await work();
        // The first round creates the database, and reads the files for the first time.
        if (round > 0) times.get(name).push(performance.now() - start);
        await stop?.();
      }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const bare = median(times.get('`node -e 0`'));
  return [
    '| What | Milliseconds | Above `node -e 0` |',
    '| --- | --- | --- |',
    ...[...times].map(([name, all]) => {
      const range = `${rounded(median(all))} (${rounded(Math.min(...all))}–${rounded(Math.max(...all))})`;
      return `| ${name} | ${range} | ${rounded(median(all) - bare)} |`;
    }),
    '',
    `By the clock, ${ROUNDS} rounds.`,
  ].join('\n');
}
