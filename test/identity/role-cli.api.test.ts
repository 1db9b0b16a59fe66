import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runCli } from '../cli/run-cli.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { roleStories } from './role-stories.js';

let server: TestServer;
let stories: ReturnType<typeof roleStories>;
let domainId: string;
const folder = mkdtempSync(join(tmpdir(), 'bailiwick-role-cli-'));

beforeAll(async () => {
  server = await startTestServer();
  stories = roleStories(server);
  domainId = await server.domain('acme');
  vi.stubEnv('BAILIWICK_SERVER', server.url);
  vi.stubEnv('BAILIWICK_HOME', folder);
  vi.stubEnv('BAILIWICK_TOKEN', await stories.as({ type: 'domain', domainId }, 'admin'));
}, 60_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
  rmSync(folder, { recursive: true });
});

async function role(...argv: string[]): Promise<string> {
  const { code, out, err } = await runCli('role', ...argv);
  expect([code, err]).toEqual([0, '']);
  return out;
}

test('ok: a role is made, shown, changed, made to bring others, given to a group for a time, taken and deleted', async () => {
  await role('create', 'OnCall', '--description', 'nights');
  expect(await role('imply', 'acme/oncall', 'member')).toMatch(
    /Implies +member, reader\n(?:.+\n)*Implies directly +member\n/,
  );
  await role('update', 'acme/oncall', '--description', 'nights and days');
  const shown = await role('show', 'acme/oncall');
  expect(shown).toMatch(/Name +oncall\nDomain +acme\n/);
  expect(shown).toMatch(/Description +nights and days\n/);
  expect(await role('list')).toMatch(/oncall +acme +member, reader +no +no/);

  const member = await server.user(domainId);
  const group = await stories.group(domainId, member);
  await server.project(domainId, 'web');
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const scope = ['--project', 'acme/web', '--inherited', '--until', until, '--reason', 'rota'];
  const given = await role('grant', group, 'acme/oncall', '--group', ...scope);
  expect(given).toMatch(new RegExp(`Holder +group ${group}\n`));
  expect(given).toMatch(new RegExp(`Until +${until}`));
  const listed = await role('assignments', '--role', 'oncall', '-o', 'json');
  expect(JSON.parse(listed)).toMatchObject([{ group: { id: group }, roleDomain: { name: 'acme' }, isInherited: true }]);
  expect(await role('assignments', '--group-id', group)).toContain('oncall');

  const busy = await runCli('role', 'delete', 'acme/oncall', '--yes');
  expect(busy.err).toContain('Assignments of this role: 1');
  const { id } = JSON.parse(listed)[0];
  expect(await runCli('role', 'revoke', id, '--reason', 'rota ended')).toEqual({
    code: 0,
    out: '',
    err: `revoked ${id}\n`,
  });
  expect(await role('unimply', 'acme/oncall', 'member')).toMatch(/Implies directly +-\n/);
  const gone = await runCli('role', 'delete', 'acme/oncall', '--yes');
  expect(gone).toEqual({ code: 0, out: '', err: 'deleted role acme/oncall\n' });
  expect((await runCli('role', 'show', 'acme/oncall')).code).not.toBe(0);
});

test('ok: a user is given a global role by its name', async () => {
  const user = await server.user(domainId);
  const given = await role('grant', user, 'Reader', '--domain-scope', 'acme');
  expect(given).toMatch(/Role +reader\n/);
  expect(given).toMatch(/Holder +\S/);
  expect(given).not.toMatch(/Holder +group /);
});
