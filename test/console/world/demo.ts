import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from '@playwright/test';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Seconds on a machine that does nothing else. */
const MADE_MAX_MS = 420_000;

/** A demo that runs. */
export interface Demo {
  readonly url: string;
  readonly password: string;
  stop(): Promise<void>;
}

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts the built demo with a folder of its own; resolves once its people and machines are made. */
export async function startDemo(): Promise<Demo> {
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-pictures-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const process_ = spawn('node', ['bin/bailiwick.mjs', 'serve', '--demo', '--port', new URL(url).port], {
    cwd: ROOT,
    env: { ...process.env, BAILIWICK_DATA_DIR: join(folder, 'data') },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  process_.stdout.on('data', (text: Buffer) => {
    said += text;
  });
  const stop = async () => {
    const ended = new Promise((resolve) => process_.once('exit', resolve));
    if (process_.kill('SIGTERM')) await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await expect.poll(() => said, { timeout: MADE_MAX_MS, message: 'the demo is made' }).toContain('Log in as admin');
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, password: readFileSync(join(folder, 'data.demo', 'password'), 'utf8').trim(), stop };
}
