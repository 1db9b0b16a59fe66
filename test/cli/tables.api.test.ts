import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { startTestServer, type TestServer } from '../harness/server.js';
import { runCli } from './run-cli.js';
import { hasTerminal, shown } from './terminal.js';

const LONG = 'a-machine-with-a-name-that-is-much-too-long-for-a-table-of-eighty-columns';
let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startTestServer();
  const project = await server.project(await server.defaultDomainId());
  token = (await server.token({ scope: project, role: 'admin' })).token;
}, 60_000);
afterAll(() => server.close());
beforeEach(() => {
  vi.stubEnv('BAILIWICK_SERVER', server.url);
  vi.stubEnv('BAILIWICK_HOME', '/nowhere');
  vi.stubEnv('BAILIWICK_TOKEN', token);
});
afterEach(() => vi.unstubAllEnvs());

/** What a command that succeeds prints. */
async function out(...argv: string[]): Promise<string> {
  const { code, out: text } = await runCli(...argv);
  expect(code).toBe(0);
  return text;
}

describe('the formats of a list', () => {
  test('ok: a table fits, a wide one has the id, data has everything', async () => {
    for (const name of ['web-1', LONG]) await out('agent', 'create', name);
    const [header, ...rows] = (await out('agent', 'list')).trimEnd().split('\n');
    expect(header).toMatch(/^NAME +STATE +TRUSTED UNTIL +ALLOWLIST +PROJECT$/);
    expect(rows.map((row) => row.length <= 80)).toEqual([true, true]);
    expect(rows.some((row) => /^a-machine-\S+… +CREATED /.test(row))).toBe(true);

    const data = JSON.parse(await out('agent', 'list', '-o', 'json'));
    expect(data).toHaveLength(2);
    expect(parse(await out('agent', 'list', '-o', 'yaml'))).toEqual(data);
    const wide = await out('agent', 'list', '-o', 'wide');
    for (const { id, name } of data) expect(wide).toMatch(new RegExp(`^${name} .* ${id}$`, 'm'));
  });

  test('ok: chosen columns of a list and of one object', async () => {
    const list = await out('agent', 'list', '--columns', 'state, name');
    expect(list).toMatch(/^STATE +NAME\nCREATED +/);
    expect(await out('agent', 'show', 'web-1', '--columns', 'state,tpm')).toBe('State  CREATED\nTPM    PHYSICAL\n');
  });

  test.skipIf(!hasTerminal)(
    'ok: a terminal shows states in color unless NO_COLOR is set; what is piped has none',
    async () => {
      const list = `'${process.execPath}' bin/bailiwick.mjs agent list`;
      const colored = '\u001b[90mCREATED\u001b[39m';
      expect(await shown(list)).toContain(colored);
      expect(await shown(`NO_COLOR=1 ${list}`)).toMatch(/ CREATED /);
      expect(await out('agent', 'list')).toMatch(/ CREATED /);
    },
    60_000,
  );

  test('refused: a machine is retired only with --yes, and banned without', async () => {
    expect((await runCli('agent', 'retire', 'web-1')).code).toBe(2);
    expect(await out('agent', 'ban', 'web-1')).toMatch(/^State +BANNED$/m);
    expect(await out('agent', 'retire', 'web-1', '--yes')).toMatch(/^State +RETIRED$/m);
  });
});
