import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { runCli } from '../../cli/run-cli.js';
import { startTestServer, type TestServer } from '../../harness/server.js';

let server: TestServer;
let agent: string;
let assignment: string;
const folder = mkdtempSync(join(tmpdir(), 'bailiwick-questions-cli-'));
beforeAll(async () => {
  server = await startTestServer();
  const home = await server.domain('home');
  const web = await server.project(home, 'web');
  const { domainId, projectId } = web;
  const alice = await server.user(home, 'alice');
  const group = await server.group(home, 'night-shift', alice);
  const ops = await server.role('operations', home, await server.roleId('admin'));
  assignment = await server.give({ groupId: group, roleId: ops, domainId: home, isInherited: true });
  const bob = await server.user(home, 'bob');
  await server.give({ userId: bob, roleId: await server.roleId('member'), domainId, projectId });
  const stranger = await server.user(await server.domain('foreign'), 'stranger');
  await server.assign(stranger, 'admin', web);
  agent = await server.agent(web);
  const { token } = await server.token({ scope: { type: 'domain', domainId: home }, role: 'reader' });
  vi.stubEnv('BAILIWICK_SERVER', server.url);
  vi.stubEnv('BAILIWICK_TOKEN', token);
  vi.stubEnv('BAILIWICK_HOME', folder);
}, 60_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
  rmSync(folder, { recursive: true });
});

const BY = 'operations > admin by group night-shift, inherited from domain home';

describe('questions on the command line', () => {
  test('ok: policy who-can', async () => {
    const { code, out, err } = await runCli('policy', 'who-can', 'agent:ban', '--target', agent);
    expect(code).toBe(0);
    expect(out.trimEnd().split('\n')).toEqual(['PRINCIPAL   NEEDS  HOW', `home/alice  admin  ${BY.slice(0, 60)}…`]);
    expect(err).toContain('1 more that you may not read');
    const names = await runCli('policy', 'who-can', 'agent:create', '--project', 'home/web', '-o', 'name');
    expect(names.out.trimEnd().split('\n')).toEqual(['alice', 'bob']);
  });

  test('ok: policy explain, with the grant that is missing', async () => {
    const scope = ['--project', 'home/web', '--target', agent];
    const { code, out } = await runCli('policy', 'explain', 'agent:ban', '--principal', 'home/bob', ...scope);
    expect(code).toBe(0);
    expect(out).toContain('FORBIDDEN  agent:ban');
    expect(out).toMatch(/check {5}> FALSE {4}role:admin {2}\(principal: member, reader\)/);
    expect(out).toContain('missing   admin on project web of home');
    const wrong = await runCli(
      'policy',
      'explain',
      'domain:create',
      '--principal',
      'home/bob',
      '--project',
      'home/web',
    );
    expect(wrong.out).toContain('no grant would help: the policy does not accept tokens of this scope type');
    const own = await runCli('policy', 'explain', 'attestation:submit', '--principal', agent, '--target', agent);
    expect(own.out).toContain('ALLOWED  attestation:submit');
  });

  test('ok: user permissions', async () => {
    const { code, out } = await runCli('user', 'permissions', 'home/alice', '--project', 'home/web', '-o', 'wide');
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^agent:ban +admin +yes +${BY}$`, 'm'));
  });

  test('ok: assignment list --effective', async () => {
    const { code, out } = await runCli(...['assignment', 'list', '--effective', '--project', 'home/web', '-o', 'wide']);
    expect(code).toBe(0);
    expect(out).toContain(assignment);
    expect(out).toMatch(
      /^home\/alice +admin, manager, member, reader +project web of home +yes +operations by group night-shift/m,
    );
  });

  test('refused: files of a decision without a server beside a principal, scopes without a use, a hidden principal', async () => {
    const mixed = await runCli('policy', 'explain', 'agent:ban', '--principal', 'home/bob', '--credentials', 'x.json');
    expect([mixed.code, mixed.err]).toEqual([2, expect.stringContaining('not for --principal')]);
    expect((await runCli('policy', 'explain', 'agent:ban', '--system')).code).toBe(2);
    expect((await runCli('user', 'permissions', 'home/bob')).code).toBe(2);
    expect((await runCli('assignment', 'list', '--project', 'home/web')).code).toBe(2);
    const hidden = await runCli('user', 'permissions', 'foreign/stranger', '--project', 'home/web');
    const missing = await runCli('user', 'permissions', 'foreign/nobody', '--project', 'home/web');
    expect(hidden.err).toContain('NOT_FOUND');
    const withoutRequest = (text: string) => text.replace(/\(request [\w-]+\)/, '');
    expect([hidden.code, withoutRequest(hidden.err)]).toEqual([missing.code, withoutRequest(missing.err)]);
  });
});
