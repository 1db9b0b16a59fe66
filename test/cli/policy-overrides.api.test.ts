import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { codeOf, startTestServer, type TestServer } from '../harness/server.js';
import { runCli } from './run-cli.js';

let server: TestServer;
let manager: string;
const folder = mkdtempSync(join(tmpdir(), 'bailiwick-policy-cli-'));
beforeAll(async () => {
  server = await startTestServer();
  const { token } = await server.token({ scope: { type: 'system' }, role: 'admin' });
  manager = (await server.token({ scope: { type: 'system' }, role: 'manager' })).token;
  vi.stubEnv('BAILIWICK_SERVER', server.url);
  vi.stubEnv('BAILIWICK_TOKEN', token);
  vi.stubEnv('BAILIWICK_HOME', folder);
}, 60_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  await done('rollback', '0');
});

const policy = (...args: string[]) => runCli('policy', ...args);
function write(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}
async function done(...args: string[]): Promise<string> {
  const { code, out, err } = await policy(...args);
  expect([code, code === 0 ? '' : err]).toEqual([0, '']);
  return out;
}
const MANAGERS = () => write('managers.yaml', '# Growth\n"domain:create": "role:manager"\n"agent:ban": "!"\n');
let count = 0;
const createDomain = (token: string) =>
  server.graphql(`mutation { createDomain(input: { name: "d-${++count}" }) { domain { id } } }`, {}, token);

describe('policy import', () => {
  test('ok: the file is in force, exported as it was, and taken back', async () => {
    const out = await done('import', MANAGERS(), '--reason', 'growth');
    expect(out).toMatch(/Overrides +2\n/);
    expect(out).toMatch(/Reason +growth/);
    expect(codeOf(await createDomain(manager))).toBeUndefined();
    expect(parse(await done('export'))).toEqual({ 'agent:ban': '!', 'domain:create': 'role:manager' });
    const [{ number }] = JSON.parse(await done('revisions', '--limit', '1', '-o', 'json'));
    await done('rollback', String(number - 1), '--reason', 'mistake');
    expect(codeOf(await createDomain(manager))).toBe('FORBIDDEN');
    expect(await done('export')).toMatch(/^# Revision \d+\n\{\}\n$/);
    expect(parse(await done('export', '--revision', String(number)))).toHaveProperty('agent:ban', '!');
  });

  test('ok: what is exported may be imported again', async () => {
    await done('import', write('odd.yaml', '"domain:create": "role:manager or\\n  role:admin"\n'));
    const file = write('exported.yaml', await done('export'));
    expect(await done('diff', file)).toBe('');
    await done('import', file);
  });

  test.each([
    ['an empty check', '""', 'INVALID in FILE: line 2: policy domain:create, override, line 1, column 1'],
    ['false', 'false', 'INVALID in FILE: line 2: a check is a text; put it in quotes'],
    ['null', 'null', 'INVALID in FILE: line 2: a check is a text; put it in quotes'],
    ['an empty list', '[]', 'INVALID in FILE: line 2: a check is a text; put it in quotes'],
    ['a bare word', 'admin', 'INVALID in FILE: line 2: policy domain:create, override, line 1, column 1'],
    [
      'a rule that is gone',
      '"not rule:gone"',
      'line 2: policy domain:create, override, line 1, column 5: unknown rule',
    ],
  ])('refused: %s, naming the line of the file', async (_name, check, message) => {
    const file = write('bad.yaml', `"agent:ban": "!"\n"domain:create": ${check}\n`);
    const { code, err } = await policy('import', file);
    expect([code, err.replaceAll(file, 'FILE')]).toEqual([1, expect.stringContaining(message)]);
  });

  test('refused: a name twice', async () => {
    const file = write('twice.yaml', '"agent:ban": "!"\n"agent:ban": "@"\n');
    expect(await policy('import', file)).toMatchObject({ code: 1, err: expect.stringContaining('line 2') });
  });

  test('denied: by somebody who may not', async () => {
    vi.stubEnv('BAILIWICK_TOKEN', manager);
    const { code } = await policy('import', MANAGERS());
    vi.stubEnv('BAILIWICK_TOKEN', (await server.token({ scope: { type: 'system' }, role: 'admin' })).token);
    expect(code).toBe(3);
  });
});

describe('policy show', () => {
  test('ok: the override, and what is built in beside what is in force', async () => {
    expect(await done('show', 'domain:create')).not.toContain('Default for');
    await done('import', MANAGERS());
    const out = await done('show', 'domain:create');
    expect(out).toMatch(
      /Override +role:manager\nAllows [^:]+\nCheck for SYSTEM +role:manager\nDefault for SYSTEM +role:admin\n$/,
    );
  });
});

describe('policy diff', () => {
  test('ok: what comes, goes and changes', async () => {
    await done('import', MANAGERS());
    const file = write('next.yaml', '"domain:create": "role:member"\n"agent:reset": "!"\n');
    expect(await done('diff', file)).toBe(
      '- agent:ban: !\n+ agent:reset: !\n~ domain:create: role:manager -> role:member\n',
    );
  });
});

describe('policy preview', () => {
  test('ok: who gains and who loses as a table, and the hash lets the same file through', async () => {
    const { code, out, err } = await policy('preview', MANAGERS());
    expect(code).toBe(0);
    expect(out).toMatch(/^PERSONA +POLICY +ROW +CHANGE\n/);
    expect(out).toMatch(/system-admin +agent:ban +own +ALLOWED_TO_DENIED\n/);
    expect(out).toMatch(/project-admin +agent:ban +own, node_id null +ALLOWED_TO_DENIED\n/);
    expect(out).toMatch(/system-manager +domain:create +any row +DENIED_TO_ALLOWED\n/);
    expect(out).toMatch(/agent:ban +SYSTEM +NO_NEW_ACCESS +-\n/);
    expect(out).toMatch(/agent:ban +PROJECT +NO_NEW_ACCESS +-\n/);
    expect(out).toMatch(/domain:create +SYSTEM +NEW_ACCESS +.*role:manager is TRUE/);
    const hash = /--preview-hash (\S+)/.exec(err)?.[1] ?? '';
    const other = await policy('import', write('other.yaml', '"agent:ban": "@"\n'), '--preview-hash', hash);
    expect(other).toMatchObject({ code: 1, err: expect.stringContaining('PREVIEW_OUTDATED') });
    await done('import', MANAGERS(), '--preview-hash', hash);
  });
});

describe('policy candidate', () => {
  test('ok: it is tried out, shown and ended', async () => {
    await done('candidate', MANAGERS(), '--reason', 'see first');
    expect(codeOf(await createDomain(manager))).toBe('FORBIDDEN');
    await server.services.inForce.flush(server.services.db);
    expect(await done('candidate')).toMatch(/^domain:create +SYSTEM +DENIED_TO_ALLOWED +1$/m);
    await done('candidate', '--end');
    expect(await policy('candidate')).toMatchObject({ code: 0, out: '', err: 'nothing is tried out\n' });
  });
});

describe('policy redundant', () => {
  test('ok: entries that say the default are listed with their lines', async () => {
    const file = write('redundant.yaml', '"agent:ban": "!"\n"domain:create": "role:admin"\n');
    expect(await done('redundant', file)).toBe(
      `${file}:2: domain:create: the check is the default; the entry can go\n`,
    );
  });
});
