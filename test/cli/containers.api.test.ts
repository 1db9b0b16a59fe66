import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startTestServer, type TestServer } from '../harness/server.js';
import { type Outcome, runCli } from './run-cli.js';

let server: TestServer;
let root: string;
let manager: string;
let token: string;
beforeAll(async () => {
  server = await startTestServer();
  root = (await server.token({ scope: { type: 'system' }, role: 'admin' })).token;
  const domainId = await server.domain('acme');
  manager = (await server.token({ scope: { type: 'domain', domainId }, role: 'manager' })).token;
}, 60_000);
afterAll(() => server.close());
beforeEach(() => {
  token = manager;
  vi.stubEnv('BAILIWICK_SERVER', server.url);
  vi.stubEnv('BAILIWICK_HOME', '/nowhere');
});
afterEach(() => vi.unstubAllEnvs());

const cli = (...argv: string[]): Promise<Outcome> => {
  vi.stubEnv('BAILIWICK_TOKEN', token);
  return runCli(...argv);
};

/** The first column of a table, under its header. */
const names = ({ out }: Outcome) =>
  out
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.replace(/(\S) {2,}.*$/, '$1'));

describe('projects', () => {
  test('ok: a tree is made, shown as one, changed, and deleted from its leaves', async () => {
    await cli('project', 'create', 'shop');
    await cli('project', 'create', 'alone');
    await cli('project', 'create', 'web', '--parent', 'acme/shop');
    await cli('project', 'create', 'canary', '--parent', 'acme/web', '--description', 'first to know');
    expect(names(await cli('project', 'list'))).toEqual(['shop', '  web', '    canary', 'alone']);
    expect((await cli('project', 'list', '-o', 'name')).out).toBe('shop\nalone\nweb\ncanary\n');

    const changed = await cli('project', 'update', 'acme/canary', '--name', 'early', '--description', '');
    expect(changed.out).toMatch(/Name +early\n/);
    const shown = await cli('project', 'show', 'acme/early');
    expect(shown.out).toMatch(/Description +-\n/);
    expect(shown.out).toMatch(/Parent +web\n/);

    const refused = await cli('project', 'delete', 'acme/web', '--yes');
    expect([refused.code, refused.err]).toEqual([1, 'error: IN_USE at project: The project still owns 1 project.\n']);
    expect((await cli('project', 'delete', 'acme/early', '--yes')).err).toBe('deleted project acme/early\n');
    expect((await cli('project', 'show', 'acme/early')).code).toBe(4);
  });

  test('usage: an update that changes nothing', async () => {
    expect((await cli('project', 'update', 'acme/shop')).code).toBe(2);
  });
});

describe('groups', () => {
  test('ok: a group is made, gets members, shows and loses them, and goes', async () => {
    const [acme] = (await server.graphql('{ domains { nodes { id } } }', {}, manager)).body.data.domains.nodes;
    await server.user(acme.id, 'ann');
    await cli('group', 'create', 'operators', '--description', 'on call');
    expect((await cli('group', 'add-member', 'acme/operators', 'acme/ann')).err).toBe(
      'added acme/ann to acme/operators\n',
    );
    expect(names(await cli('group', 'members', 'acme/operators'))).toEqual(['ann']);
    expect(names(await cli('group', 'list'))).toEqual(['operators']);
    expect((await cli('group', 'remove-member', 'acme/operators', 'acme/ann')).code).toBe(0);
    expect(names(await cli('group', 'members', 'acme/operators'))).toEqual([]);
    expect((await cli('group', 'delete', 'acme/operators', '--yes')).code).toBe(0);
    expect((await cli('group', 'show', 'acme/operators')).code).toBe(4);
  });
});

describe('domains and users', () => {
  test('ok: an administrator of the system makes, renames and deletes a domain; denied: a manager of another', async () => {
    token = root;
    await cli('domain', 'create', 'fresh');
    expect((await cli('domain', 'update', 'fresh', '--name', 'stale')).out).toMatch(/Name +stale\n/);
    token = manager;
    expect((await cli('domain', 'show', 'stale')).code).toBe(4);
    expect((await cli('domain', 'delete', 'acme', '--yes')).code).toBe(3);
    token = root;
    expect((await cli('domain', 'delete', 'stale', '--yes')).code).toBe(0);
  });

  test('ok: a user is shown, renamed and deleted; hidden: one of another domain', async () => {
    const acme = (await server.graphql('{ domains { nodes { id } } }', {}, manager)).body.data.domains.nodes[0];
    await server.user(acme.id, 'bob');
    expect((await cli('user', 'show', 'acme/bob')).out).toMatch(/Domain +acme\n/);
    expect((await cli('user', 'update', 'acme/bob', '--name', 'robert')).out).toMatch(/Name +robert\n/);
    expect((await cli('user', 'delete', 'acme/robert', '--yes')).code).toBe(0);
    expect((await cli('user', 'delete', 'default/admin', '--yes')).code).toBe(4);
  });
});
