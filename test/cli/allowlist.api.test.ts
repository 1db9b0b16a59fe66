import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startTestServer, type TestServer } from '../harness/server.js';
import { runCli } from './run-cli.js';

const HASH = 'ab'.repeat(32);

let server: TestServer;
let folder: string;
let token: string;
beforeAll(async () => {
  server = await startTestServer();
  const project = await server.project(await server.defaultDomainId());
  token = (await server.token({ scope: project, role: 'admin' })).token;
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-'));
}, 60_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.close();
});

beforeEach(() => {
  vi.stubEnv('BAILIWICK_SERVER', server.url);
  vi.stubEnv('BAILIWICK_HOME', '/nowhere');
  vi.stubEnv('BAILIWICK_TOKEN', token);
});
afterEach(() => vi.unstubAllEnvs());

function write(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

describe('bailiwick allowlist create and publish', () => {
  test('ok: what is doubtful is told beside the result, and a careful list is told nothing', async () => {
    const made = await runCli('allowlist', 'create', 'web', '--tpm-policy', write('tpm', '{}'), '-o', 'json');
    expect(made.code).toBe(0);
    expect(JSON.parse(made.out)).toMatchObject({ name: 'web' });
    expect(made.err).toMatch(/^warning: CONSTRAINS_NOTHING: .*\n$/);

    const list = write('list', `${HASH}  /bin/sh\n${HASH}  boot_aggregate\n`);
    const published = await runCli('allowlist', 'publish', 'web', '--ima-policy', list, '-o', 'json');
    expect([published.code, published.err]).toEqual([
      0,
      expect.stringMatching(/^warning: BOOT_AGGREGATE_NOT_USED: .*\n$/),
    ]);

    const careful = write('list', `${HASH}  /bin/sh\n`);
    expect(await runCli('allowlist', 'publish', 'web', '--ima-policy', careful, '-o', 'json')).toMatchObject({
      code: 0,
      err: '',
    });
  });

  test('invalid: what the server refuses is told by the server, once', async () => {
    const list = write('list', '{"payload":"e30=","payloadType":"x","signatures":[]}');
    const { code, err } = await runCli('allowlist', 'create', 'signed', '--ima-policy', list);
    expect(code).toBe(1);
    expect(err.match(/DSSE/g)).toHaveLength(1);
  });
});
