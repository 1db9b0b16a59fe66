import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type Context,
  chooseContext,
  contextName,
  isAlive,
  NO_CREDENTIALS,
  tokenOf,
  withContext,
  withCurrent,
  withoutContext,
} from '../../src/cli/common/contexts.js';
import { readCredentials, writeCredentials } from '../../src/cli/common/credentials-file.js';
import { runCli } from './run-cli.js';

const EXPIRES = '2026-01-01T01:00:00Z';
const CONTEXT: Context = {
  server: 'http://one',
  user: 'admin',
  domain: 'default',
  unscoped: { token: 'u', expiresAt: EXPIRES },
};
const SCOPED: Context = {
  ...CONTEXT,
  server: 'http://two',
  scoped: { token: 's', expiresAt: EXPIRES, scope: 'project web' },
};
const ZOE: Context = { ...CONTEXT, user: 'zoe', domain: 'acme' };
const modeOf = (path: string) => statSync(path).mode & 0o777;

/** Two users of one server and one of another, who logged in last. */
const THREE = [CONTEXT, ZOE, SCOPED].reduce(
  (credentials, context) => withContext(credentials, contextName(context), context),
  NO_CREDENTIALS,
);

let home: string;
beforeEach(() => {
  home = join(mkdtempSync(join(tmpdir(), 'bailiwick-')), 'home');
});
afterEach(() => {
  rmSync(join(home, '..'), { recursive: true, force: true });
  vi.unstubAllEnvs();
});

describe('kept credentials', () => {
  const file = () => join(home, 'credentials.json');

  test('ok: nothing kept is no error', async () => {
    expect(await readCredentials(home)).toEqual(NO_CREDENTIALS);
  });

  test('ok: what is written is read again, for the owner only, without leaving drafts', async () => {
    await writeCredentials(home, THREE);
    expect(await readCredentials(home)).toEqual(THREE);
    expect([modeOf(home), modeOf(file())]).toEqual([0o700, 0o600]);
    expect(readdirSync(home)).toEqual(['credentials.json']);
  });

  test.each([
    ['0644', 'credentials.json', 0o644, '600'],
    ['0660', 'credentials.json', 0o660, '600'],
    ['0770', '', 0o770, '700'],
    ['0702', '', 0o702, '700'],
  ])('refused: mode %s of "%s" is named, with the command that mends it', async (mode, name, bits, mended) => {
    await writeCredentials(home, THREE);
    const path = name === '' ? home : join(home, name);
    chmodSync(path, bits);
    vi.stubEnv('BAILIWICK_HOME', home);
    const { code, out, err } = await runCli('context', 'list');
    const told = `error: ${path} is open to other users of this machine (mode ${mode})\nhint: chmod ${mended} ${path}\n`;
    expect([code, out, err]).toEqual([2, '', told]);
    chmodSync(path, Number.parseInt(mended, 8));
    expect((await runCli('context', 'list')).code).toBe(0);
  });

  test.each(['', '{', '[]', '{"version":3,"servers":{}}'])('invalid: a file with %j is named', async (text) => {
    await writeCredentials(home, THREE);
    writeFileSync(file(), text);
    await expect(readCredentials(home)).rejects.toThrow('credentials.json is damaged');
  });

  test('ok: a file of an earlier build is read, and its current server stays so', async () => {
    await writeCredentials(home, NO_CREDENTIALS);
    const { server: _, ...kept } = CONTEXT;
    writeFileSync(file(), JSON.stringify({ version: 1, current: 'http://one', servers: { 'http://one': kept } }));
    expect(await readCredentials(home)).toEqual({
      ...NO_CREDENTIALS,
      current: 'admin@one',
      contexts: { 'admin@one': CONTEXT },
    });
  });

  test('refused: a credential file that others can read', async () => {
    const path = join(home, '..', 'nightly.key');
    writeFileSync(path, 'key_1:secret\n', { mode: 0o604 });
    chmodSync(path, 0o604);
    vi.stubEnv('BAILIWICK_CREDENTIAL_FILE', path);
    const { code, err } = await runCli('agent', 'list', '--server', 'http://127.0.0.1:1');
    const told = `error: ${path} is open to other users of this machine (mode 0604)\nhint: chmod 600 ${path}\n`;
    expect([code, err]).toEqual([2, told]);
  });
});

describe('contexts', () => {
  test('ok: a context is called by its user and its server, and by a domain other than the default one', () => {
    expect(Object.keys(THREE.contexts)).toEqual(['admin@one', 'acme/zoe@one', 'admin@two']);
  });

  test.each([
    ['the last log-in', [{}], 'admin@two', 'http://two'],
    ['the context that is named', [{ context: 'admin@one' }], 'admin@one', 'http://one'],
    ['the user who used the server last', [{ server: 'http://one' }], 'acme/zoe@one', 'http://one'],
    ['nobody, at a server without a log-in', [{ server: 'http://three' }], null, 'http://three'],
    [
      'the option before the environment',
      [{ server: 'http://one' }, { context: 'admin@two' }],
      'acme/zoe@one',
      'http://one',
    ],
    ['the environment before the last log-in', [{}, { context: 'admin@one' }], 'admin@one', 'http://one'],
  ])('ok: a command uses %s', (_what, named, name, server) => {
    expect(chooseContext(THREE, named, 'http://default')).toEqual({ name, server });
  });

  test('refused: a context of another server than the one that is named with it', () => {
    const both = [{ context: 'admin@one', server: 'http://two' }];
    expect(() => chooseContext(THREE, both, '')).toThrow(
      'the context admin@one belongs to http://one, and not to http://two',
    );
  });

  test('refused: no token of two users is chosen by chance', () => {
    const forgotten = { ...THREE, current: null, latest: {} };
    expect(chooseContext(forgotten, [{ server: 'http://one' }], '')).toEqual({ name: null, server: 'http://one' });
    expect(chooseContext(forgotten, [{ server: 'http://two' }], '').name).toBe('admin@two');
  });

  test('ok: leaving the current one makes no other so', () => {
    const left = withoutContext(THREE, 'admin@two');
    expect([left.current, left.latest]).toEqual([null, { 'http://one': 'acme/zoe@one' }]);
    expect(withoutContext(THREE, 'admin@one').current).toBe('admin@two');
    expect(() => withCurrent(left, 'admin@two')).toThrow('no context admin@two');
  });

  test('ok: the scoped token is used before the unscoped one', () => {
    expect([SCOPED, CONTEXT, undefined].map((context) => tokenOf(context)?.token)).toEqual(['s', 'u', undefined]);
  });

  test('ok: a kept token lives until its time', () => {
    const time = Date.parse(EXPIRES);
    expect([isAlive(CONTEXT.unscoped, time - 1), isAlive(CONTEXT.unscoped, time)]).toEqual([true, false]);
  });
});

describe('bailiwick context', () => {
  beforeEach(async () => {
    await writeCredentials(home, THREE);
    vi.stubEnv('BAILIWICK_HOME', home);
  });

  test('ok: the list names all, and prints no token in any format', async () => {
    expect((await runCli('context', 'list')).out).toBe(
      [
        'IN USE  NAME          SCOPE        EXPIRES',
        'no      admin@one     -            2026-01-01T01:00:00Z',
        'no      acme/zoe@one  -            2026-01-01T01:00:00Z',
        'yes     admin@two     project web  2026-01-01T01:00:00Z',
        '',
      ].join('\n'),
    );
    for (const format of ['json', 'yaml', 'wide']) {
      const { out } = await runCli('context', 'list', '-o', format);
      expect(out).not.toMatch(/token|"[us]"|: [us]$/m);
    }
    expect((await runCli('context', 'list', '-o', 'name')).out).toBe('admin@one\nacme/zoe@one\nadmin@two\n');
  });

  test('ok: one is shown and another one used; not found: one that does not exist', async () => {
    expect((await runCli('context', 'show', '--columns', 'name,user,state')).out).toBe(
      'Name   admin@two\nUser   admin\nState  expired\n',
    );
    const used = await runCli('context', 'use', 'acme/zoe@one');
    expect([used.code, used.out, used.err]).toEqual([0, '', 'using acme/zoe@one on http://one\n']);
    expect((await readCredentials(home)).current).toBe('acme/zoe@one');
    const none = await runCli('context', 'use', 'bob@one');
    const told = 'error: no context bob@one\nhint: choose from admin@one, acme/zoe@one, admin@two\n';
    expect([none.code, none.err]).toEqual([2, told]);
  });

  test('ok: one is forgotten without a server only when that is said', async () => {
    vi.stubEnv('BAILIWICK_SERVER', 'http://elsewhere');
    const file = join(home, 'credentials.json');
    await writeCredentials(home, withContext(NO_CREDENTIALS, 'mine', { ...CONTEXT, server: 'http://127.0.0.1:1' }));
    const refused = await runCli('context', 'delete', 'mine');
    expect([refused.code, refused.err]).toEqual([5, expect.stringContaining('cannot reach http://127.0.0.1:1')]);
    expect(readFileSync(file, 'utf8')).toContain('mine');
    const done = await runCli('context', 'delete', 'mine', '--local');
    expect([done.code, done.err]).toEqual([0, 'deleted context mine\n']);
    expect(readFileSync(file, 'utf8')).not.toContain('mine');
    const empty = await runCli('context', 'list');
    expect([empty.code, empty.out, empty.err]).toEqual([0, '', 'No contexts.\n']);
  });
});
