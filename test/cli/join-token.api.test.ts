import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../harness/server.js';
import { type Outcome, runCli } from './run-cli.js';

let server: TestServer;
let project: string;
let folder: string;
let manager: string;
beforeAll(async () => {
  server = await startTestServer();
  project = (await server.operatorsProject(await server.defaultDomainId(), 'machines')).projectId;
  await server.project(await server.defaultDomainId(), 'shop');
  manager = (await server.token({ scope: { type: 'system' }, role: 'manager' })).token;
});
afterAll(() => server.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-'));
  process.env.BAILIWICK_HOME = folder;
  process.env.BAILIWICK_TOKEN = manager;
});
afterEach(() => {
  delete process.env.BAILIWICK_HOME;
  delete process.env.BAILIWICK_TOKEN;
  rmSync(folder, { recursive: true });
});

const joinToken = (...words: string[]): Promise<Outcome> => runCli('join-token', ...words, '--server', server.url);
const create = (...words: string[]) => joinToken('create', '--project', project, '--expires', '1h', ...words);

describe('join-token', () => {
  test('ok: creates a token, in a file of its owner alone; lists it; revokes it', async () => {
    const file = join(folder, 'join.token');
    const made = await create('--node-name', 'web-{n}', '--uses', '3', '--token-file', file, '-o', 'name');
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(readFileSync(file, 'utf8')).toMatch(/^bwj_[\w-]{43}\n$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const id = made.out.trim();
    const listed = await joinToken('list', '--columns', 'node,state,used');
    expect(listed.out).toBe('NODE     STATE   USED\nweb-{n}  ACTIVE  0 of 3\n');
    expect((await joinToken('revoke', id)).err).toBe(`revoked join token ${id}\n`);
    expect((await joinToken('list', '-o', 'name')).out).not.toContain(id);
  });

  test('ok: says what the node becomes', async () => {
    const words = [
      '--node-name',
      'db-1',
      '--address',
      '10.1.1.1',
      '--availability',
      'active',
      '--label',
      'admin.rack=7',
    ];
    const { out } = await create(...words, '--tenant', 'shop', '-o', 'json');
    const { token, ...made } = JSON.parse(out);
    expect(token).toMatch(/^bwj_/);
    expect(made).toMatchObject({ nodeName: 'db-1', address: '10.1.1.1', availability: 'ACTIVE', uses: 1 });
    await joinToken('revoke', made.id);
  });

  test('invalid: what would lose the token, what contradicts itself, and what is missing', async () => {
    expect((await create('--node-name', 'a', '-o', 'name')).code).toBe(2);
    expect((await create('--node-name', 'a', '--tenant', 'shop', '--without-tenants')).code).toBe(2);
    expect((await create('--node-name', 'a', '--uses', '2')).err).toMatch(/^error: INVALID at nodeName: /);
    expect((await joinToken('create', '--project', project, '--node-name', 'a')).code).toBe(2);
    expect((await joinToken('list', '-o', 'name')).out.trim()).toBe('');
  });
});

describe('agent join', () => {
  const agentJoin = (...words: string[]) =>
    runCli('agent', 'join', '--state-dir', join(folder, 'agent'), '--token-file', join(folder, 'none'), ...words);

  test.each([
    [['--server', 'https://localhost:1'], 'give --ca-file or --ca-pin'],
    [['--server', 'http://bailiwick.example.org'], 'the server must be https'],
    [['--server', 'http://localhost:1', '--ca-pin', `sha256:${'0'.repeat(64)}`], 'a pin needs an https server'],
    [['--server', 'https://localhost:1', '--ca-pin', 'sha256:00'], 'a pin has the form'],
    [['--ca-pin', `sha256:${'0'.repeat(64)}`], 'give --server with'],
    [[], 'this machine has not joined yet'],
  ])('invalid: %j', async (words, message) => {
    const { code, err } = await agentJoin(...words);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });

  test('invalid: a machine that has not joined leaves', async () => {
    const { code } = await runCli('agent', 'leave', '--state-dir', join(folder, 'agent'), '--server', server.url);
    expect(code).toBe(2);
  });
});
