import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeRows, type Rows } from '../contract/personas/rows.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { type Outcome, runCli } from './run-cli.js';

let server: TestServer;
let rows: Rows;
let ofSystem: string;
let ofProject: string;
let project: Awaited<ReturnType<TestServer['project']>>;
beforeAll(async () => {
  server = await startTestServer();
  rows = await makeRows(server);
  project = await server.project(await server.domain('acme'), 'machines');
  ofSystem = (await server.token({ scope: { type: 'system' }, role: 'admin' })).token;
  ofProject = (await server.token({ scope: project, role: 'manager' })).token;
}, 60_000);
afterAll(() => server.close());
beforeEach(() => {
  vi.stubEnv('BAILIWICK_SERVER', server.url);
  vi.stubEnv('BAILIWICK_HOME', '/nowhere');
});
afterEach(() => vi.unstubAllEnvs());

const as = (token: string, ...argv: string[]): Promise<Outcome> => {
  vi.stubEnv('BAILIWICK_TOKEN', token);
  return runCli(...argv);
};

describe('bailiwick project operators', () => {
  test('ok: on and off, as show tells; refused: any other word, and a tenant', async () => {
    expect((await as(ofSystem, 'project', 'operators', 'acme/machines', 'on')).out).toMatch(/Operators +yes\n/);
    expect((await as(ofProject, 'project', 'show', 'machines')).out).toMatch(/Operators +yes\n/);
    expect((await as(ofSystem, 'project', 'operators', 'acme/machines', 'off')).out).toMatch(/Operators +no\n/);
    const odd = await as(ofSystem, 'project', 'operators', 'acme/machines', 'maybe');
    expect([odd.code, odd.err]).toEqual([2, expect.stringContaining('on, off')]);
    expect((await as(ofProject, 'project', 'operators', 'machines', 'on')).code).toBe(3);
  });
});

describe('bailiwick project defaults', () => {
  test('ok: new agents get the list, as show tells, until it is cleared', async () => {
    const { id } = (await rows.allowlist(project)).allowlist;
    expect((await as(ofProject, 'project', 'defaults', 'machines', '--allowlist', id)).out).toContain(
      `Default allowlist  ${id}`,
    );
    const made = await as(ofProject, 'agent', 'create', 'web-1', '-o', 'json');
    expect(JSON.parse(made.out).allowlist.name).toBe(id);
    expect((await as(ofProject, 'project', 'defaults', 'machines', '--allowlist', '')).out).toMatch(
      /Default allowlist +-/,
    );
    const bare = await as(ofProject, 'agent', 'create', 'web-2', '-o', 'json');
    expect(JSON.parse(bare.out).allowlist).toBeNull();
  });
});
