import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openSession } from '../harness/browser-session.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { runCli } from './run-cli.js';

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startTestServer();
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-cli-'));
}, 60_000);
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  vi.stubEnv('BAILIWICK_SERVER', server.url);
  vi.stubEnv('BAILIWICK_HOME', join(folder, 'home'));
});
afterEach(() => vi.unstubAllEnvs());

const file = (name: string, content?: string) => {
  const path = join(folder, name);
  if (content !== undefined) writeFileSync(path, `${content}\n`);
  return path;
};

describe('the command line', () => {
  test('ok: the first log-in changes the password, and says how where nobody can be asked', async () => {
    const login = ['login', '--project', 'default', '--password-file', server.adminPasswordPath];
    const refused = await runCli(...login);
    expect([refused.code, refused.err]).toEqual([3, 'error: the password must be changed: add --new-password-file\n']);
    const changed = await runCli(...login, '--new-password-file', file('new', 'correct horse battery'));
    expect([changed.code, changed.err]).toEqual([0, expect.stringContaining('as admin for project default')]);
    const again = await runCli('login', '--project', 'default', '--password-file', file('new'));
    expect(again.code).toBe(0);
  });

  test('ok: a key is made, used from a file and from the environment, listed and deleted', async () => {
    const keyFile = file('nightly.key');
    const made = await runCli(
      ...['credential', 'create', 'nightly', '--role', 'reader', '--policy', 'viewer:get', '--key-file', keyFile],
    );
    expect([made.code, made.out]).toEqual([0, expect.stringMatching(/^Name +nightly$/m)]);
    expect(made.out + made.err).not.toContain('bwk_');
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    const pair = readFileSync(keyFile, 'utf8').trim();
    const [id = ''] = pair.split(':');

    for (const [name, value] of [
      ['BAILIWICK_CREDENTIAL_FILE', keyFile],
      ['BAILIWICK_CREDENTIAL', pair],
    ] as const) {
      vi.stubEnv('BAILIWICK_HOME', join(folder, 'empty'));
      vi.stubEnv(name, value);
      const asked = await runCli('policy', 'list');
      expect([asked.code, asked.err]).toEqual([3, expect.stringContaining('FORBIDDEN')]);
      vi.unstubAllEnvs();
      vi.stubEnv('BAILIWICK_SERVER', server.url);
    }
    expect(existsSync(join(folder, 'empty'))).toBe(false);

    vi.stubEnv('BAILIWICK_HOME', join(folder, 'home'));
    expect((await runCli('credential', 'list', '-o', 'wide')).out).toMatch(
      new RegExp(`^nightly +\\S+Z +${id} +admin +project default of default `, 'm'),
    );
    expect((await runCli('credential', 'delete', id, '--yes', '-o', 'name')).out).toBe(`${id}\n`);
    vi.stubEnv('BAILIWICK_CREDENTIAL', pair);
    expect((await runCli('whoami')).code).toBe(3);
  });

  test('usage: a key that would be lost, and revoking nothing', async () => {
    expect((await runCli('credential', 'create', 'lost', '-o', 'name')).code).toBe(2);
    expect((await runCli('token', 'revoke')).code).toBe(2);
    expect((await runCli('token', 'revoke', 'tok_x', '--all')).code).toBe(2);
  });

  test('ok: users are given passwords, disabled and enabled', async () => {
    const id = await server.user(await server.defaultDomainId(), 'ann');
    expect((await runCli('login', '--system')).code).toBe(0);
    const set = await runCli('user', 'set-password', 'ann', '--password-file', file('ann', 'staple correct horse'));
    expect(set.out).toMatch(/^Must change password +yes$/m);
    expect((await runCli('user', 'disable', id, '--reason', 'left')).out).toMatch(/^Enabled +no$/m);
    expect((await runCli('user', 'enable', 'default/ann')).out).toMatch(/^Enabled +yes$/m);
    const last = await runCli('user', 'disable', 'admin');
    expect([last.code, last.err]).toEqual([1, expect.stringContaining('IN_USE at reason')]);
  });

  test('ok: the browsers of a user are listed, and one of them is logged out', async () => {
    const beas = await server.user(await server.defaultDomainId(), 'bea');
    await openSession(server, beas);
    const { out } = await runCli('session', 'list', '--of', 'bea');
    const [id = ''] = /tok_\S{36}/.exec(out) ?? [];
    expect(out).toMatch(/^127\.0\.0\.1 +\S+Z +tok_\S{36}$/m);
    expect((await runCli('session', 'list')).err).toBe('No browsers.\n');
    expect((await runCli('session', 'revoke', id)).err).toBe(`revoked session ${id}\n`);
    expect((await runCli('session', 'list', '--of', 'bea', '-o', 'name')).out).toBe('');
  });

  test('ok: tokens are listed, and all of them ended', async () => {
    expect((await runCli('token', 'list')).out).toMatch(/^yes +SYSTEM +\S+Z +tok_\S{36}$/m);
    expect((await runCli('token', 'revoke', '--of', 'ann')).err).toBe('revoked 0 tokens\n');
    expect((await runCli('token', 'revoke', '--all')).code).toBe(0);
    expect((await runCli('whoami')).code).toBe(3);
  });
});
