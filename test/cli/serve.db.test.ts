import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeMigratedFolder } from '../harness/migrated-folder.js';
import { runCli } from './run-cli.js';

const SIGNAL = 'SIGTERM';
const before = [...process.listeners('SIGINT'), ...process.listeners(SIGNAL)];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-serve-'));
  vi.stubEnv('BAILIWICK_DATA_DIR', join(folder, 'data'));
  vi.stubEnv('BAILIWICK_PASSWORD_COST', '15');
  vi.stubEnv('BAILIWICK_LOG_LEVEL', 'silent');
  vi.stubEnv('BAILIWICK_HOST', '192.0.2.1');
  vi.stubEnv('BAILIWICK_PORT', '1');
  vi.stubEnv('BAILIWICK_DOMAINS', 'nonsense');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** What the signal would do to a server in a process of its own; waits until the database is closed. */
async function stop(): Promise<void> {
  for (const listener of process.listeners(SIGNAL)) if (!before.includes(listener)) listener(SIGNAL);
  while (existsSync(join(folder, 'data', 'lock'))) await delay(20);
  for (const name of ['SIGINT', SIGNAL] as const) {
    for (const listener of process.listeners(name)) if (!before.includes(listener)) process.off(name, listener);
  }
}

describe('serve', () => {
  test('ok: options win over the environment', async () => {
    makeMigratedFolder(join(folder, 'data'));
    const { code, out } = await runCli('serve', '--host', '127.0.0.1', '--port', '0', '--domains', 'identity');
    const url = /http:\/\/127\.0\.0\.1:\d+(?=\/graphql)/.exec(out)?.[0] ?? '';
    try {
      expect([code, (await fetch(`${url}/readyz`)).status]).toEqual([0, 200]);
      expect(out).toContain(`  GraphiQL  ${url}/graphiql\n`);
    } finally {
      await stop();
    }
  }, 60_000);

  test('unavailable: a port that is taken is said, and nothing stays open', async () => {
    makeMigratedFolder(join(folder, 'data'));
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const argv = ['--host', '127.0.0.1', '--domains', 'identity', '--port', String(port)];
    const { code, out, err } = await runCli('serve', ...argv).finally(() => other.close());
    const words = `error: The address 127.0.0.1:${port} is in use: stop what listens there`;
    expect([code, out, err]).toEqual([1, '', expect.stringContaining(words)]);
    expect(existsSync(join(folder, 'data', 'pg'))).toBe(true);
    expect(existsSync(join(folder, 'data', 'lock'))).toBe(false);
  }, 60_000);

  test('usage: an unknown domain is answered with the known ones, and no database is made', async () => {
    const { code, out, err } = await runCli(
      'serve',
      '--host',
      '127.0.0.1',
      '--port',
      '0',
      '--domains',
      'identity,moon',
    );
    expect([code, out]).toEqual([2, '']);
    expect(err).toBe('error: there is no domain moon; the domains are identity, attestation, fleet, uploads, audit\n');
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  test('usage: a domain in the environment counts as an option does', async () => {
    const { code, err } = await runCli('serve', '--host', '127.0.0.1', '--port', '0');
    expect([code, err]).toEqual([2, expect.stringContaining('there is no domain nonsense; the domains are')]);
  });
});
