import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { NO_CREDENTIALS, withContext } from '../../src/cli/common/contexts.js';
import { writeCredentials } from '../../src/cli/common/credentials-file.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { type Outcome, runCli } from './run-cli.js';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));

let server: TestServer;
let folder: string;
let project: Awaited<ReturnType<TestServer['project']>>;
const relays: Server[] = [];
beforeAll(async () => {
  server = await startTestServer();
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-advice-'));
  project = await server.project(await server.defaultDomainId(), 'web');
}, 60_000);
afterAll(async () => {
  for (const relay of relays) relay.close();
  await server.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  vi.stubEnv('BAILIWICK_SERVER', server.url);
  vi.stubEnv('BAILIWICK_HOME', join(folder, 'home'));
});
afterEach(() => vi.unstubAllEnvs());

/** What a command says, without what differs each time. */
const told = ({ code, out, err }: Outcome) => [code, out, err.replaceAll(/request [0-9a-f-]{36}/g, 'request ID')];

/** Passes a connection on to the server. */
function relay(near: Socket): void {
  const far = connect(Number(new URL(server.url).port), '127.0.0.1');
  for (const socket of [near, far]) socket.on('error', () => {});
  near.pipe(far).pipe(near);
}

async function listening(relaying: Server, ...where: readonly unknown[]): Promise<Server> {
  relays.push(relaying);
  await new Promise<void>((resolve) => relaying.listen(...(where as [number]), resolve));
  return relaying;
}

describe('a caller that the server does not know', () => {
  const UNKNOWN = 'error: UNAUTHENTICATED: A valid token is needed. (request ID)\n';

  test('anonymous: it is told how to log in', async () => {
    const hint = `hint: log in: bailiwick login --server ${server.url}\n`;
    expect(told(await runCli('agent', 'list'))).toEqual([3, '', UNKNOWN + hint]);
  });

  test('anonymous: after a session has ended, it is told how to log in as before', async () => {
    const kept = { token: 'bwt_gone', expiresAt: '2026-01-01T00:00:00Z' };
    const context = { server: server.url, user: 'zoe', domain: 'acme', unscoped: kept };
    const scoped = { ...kept, scope: "project bob's" };
    await writeCredentials(join(folder, 'ended'), withContext(NO_CREDENTIALS, 'zoe', { ...context, scoped }));
    vi.stubEnv('BAILIWICK_HOME', join(folder, 'ended'));
    const options = `--server ${server.url} --user zoe --domain acme --project 'bob'\\''s'`;
    const hint = `hint: log in again: bailiwick login ${options}\n`;
    expect(told(await runCli('agent', 'list'))).toEqual([3, '', UNKNOWN + hint]);
  });

  test('anonymous: a wrong token of the environment is named', async () => {
    vi.stubEnv('BAILIWICK_TOKEN', 'bwt_wrong');
    const hint = 'hint: correct BAILIWICK_TOKEN, or unset it to use what bailiwick login keeps\n';
    expect(told(await runCli('agent', 'list'))).toEqual([3, '', UNKNOWN + hint]);
  });
});

describe('a caller who may not', () => {
  test('forbidden: a token of another scope is answered with how to get one that would do', async () => {
    vi.stubEnv('BAILIWICK_TOKEN', (await server.token({ scope: project, role: 'admin' })).token);
    expect(told(await runCli('domain', 'create', 'acme'))).toEqual([
      3,
      '',
      'error: FORBIDDEN: This needs a token of another scope: system. (policy domain:create, request ID)\n' +
        'hint: bailiwick login --system\n',
    ]);
  });

  test('forbidden: a denial names its policy and the command that explains it, which works', async () => {
    const userId = await server.user(project.domainId, 'ann');
    vi.stubEnv('BAILIWICK_TOKEN', (await server.token({ scope: project, role: 'reader', userId })).token);
    const explain = 'policy explain agent:create --principal default/ann --project default/web';
    expect(told(await runCli('agent', 'create', 'web-1'))).toEqual([
      3,
      '',
      'error: FORBIDDEN: The caller may not do this. (policy agent:create, request ID)\n' +
        `hint: see why: bailiwick ${explain}\n`,
    ]);
    const explained = await runCli(...explain.split(' '));
    expect([explained.code, explained.out]).toEqual([0, expect.stringMatching(/^FORBIDDEN {2}agent:create\n/)]);
  });
});

describe('the place of the server', () => {
  test('ok: a Unix socket', async () => {
    const path = join(folder, 'socket');
    await listening(createServer(relay), path);
    vi.stubEnv('BAILIWICK_TOKEN', (await server.token({ scope: project, role: 'admin' })).token);
    const { code, out, err } = await runCli('agent', 'list', '--server', `unix:${path}`, '-o', 'json');
    expect([code, out, err]).toEqual([0, '[]\n', '']);
  });

  test('unavailable: a socket where nobody listens', async () => {
    const path = join(folder, 'none');
    expect(told(await runCli('agent', 'list', '--server', `unix:${path}`))).toEqual([
      5,
      '',
      `error: cannot reach unix:${path}: connect ENOENT ${path}\n` +
        'hint: is the server running there? Name another with --server or BAILIWICK_SERVER\n',
    ]);
  });

  test('ok: a certificate of one’s own is trusted when it is named; unavailable: without', async () => {
    const tls = { cert: readFileSync(fixture('certificate-1.pem')), key: readFileSync(fixture('key-1.pem')) };
    const address = (await listening(createTlsServer(tls, relay), 0, '127.0.0.1')).address();
    const url = `https://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    vi.stubEnv('BAILIWICK_SERVER', url);
    vi.stubEnv('BAILIWICK_TOKEN', (await server.token({ scope: project, role: 'admin' })).token);
    expect(told(await runCli('agent', 'list'))).toEqual([
      5,
      '',
      `error: cannot reach ${url}: self-signed certificate\n` +
        'hint: if you trust this certificate, name the file of it or of its authority: --ca-file FILE (or BAILIWICK_CA_FILE)\n',
    ]);
    const trusted = await runCli('agent', 'list', '--ca-file', fixture('certificate-1.pem'), '-o', 'json');
    expect([trusted.code, trusted.out, trusted.err]).toEqual([0, '[]\n', '']);
    vi.stubEnv('BAILIWICK_CA_FILE', fixture('certificate-2.pem'));
    expect((await runCli('agent', 'list')).code).toBe(5);
    vi.stubEnv('BAILIWICK_CA_FILE', fixture('key-1.pem'));
    const told2 = `error: ${fixture('key-1.pem')} holds no certificate in PEM\n`;
    expect(told(await runCli('agent', 'list'))).toEqual([2, '', told2]);
  });
});

describe('names without a domain', () => {
  let acme: string;
  beforeAll(async () => {
    acme = await server.domain('acme');
  });
  beforeEach(async () => {
    vi.stubEnv(
      'BAILIWICK_TOKEN',
      (await server.token({ scope: { type: 'domain', domainId: acme }, role: 'admin' })).token,
    );
  });
  const password = () => {
    const path = join(folder, 'password');
    writeFileSync(path, 'correct horse battery\n', { mode: 0o600 });
    return path;
  };

  test('ok: they are of the token’s domain, wherever one is named', async () => {
    for (const argv of [
      ['user', 'create', 'zoe', '--password-file', password()],
      ['group', 'create', 'ops'],
      ['project', 'create', 'shop'],
      ['project', 'create', 'inner', '--parent', 'shop'],
      ['role', 'create', 'oncall'],
      ['group', 'add-member', 'ops', 'zoe'],
      ['role', 'grant', 'zoe', 'oncall', '--project', 'shop'],
      ['role', 'grant', 'ops', 'reader', '--group', '--project', 'shop', '--until', '2d'],
    ])
      expect(await runCli(...argv)).toMatchObject({ code: 0 });
    for (const [noun, name] of [
      ['user', 'zoe'],
      ['group', 'ops'],
      ['project', 'shop'],
      ['role', 'oncall'],
    ] as const)
      expect((await runCli(noun, 'show', name, '--columns', 'name,domain')).out).toBe(
        `Name    ${name}\nDomain  acme\n`,
      );
    expect((await runCli('user', 'show', 'default/admin')).code).toBe(4);
  });

  test('ok: a role is revoked by its holder, its name and its scope', async () => {
    const absent = await runCli('role', 'revoke', 'zoe', 'oncall', '--project', 'inner');
    expect(told(absent)).toEqual([4, '', 'error: NOT_FOUND: zoe does not hold oncall there.\n']);
    const inherited = await runCli('role', 'revoke', 'zoe', 'oncall', '--project', 'shop', '--inherited');
    expect(told(inherited)).toEqual([
      4,
      '',
      'error: NOT_FOUND: zoe does not hold oncall there.\nhint: it is held on the scope itself: leave out --inherited\n',
    ]);
    const revoked = await runCli('role', 'revoke', 'zoe', 'oncall', '--project', 'shop');
    expect(told(revoked)).toEqual([0, '', 'revoked oncall of zoe\n']);
    const group = await runCli('role', 'revoke', 'ops', 'reader', '--group', '--project', 'shop', '-o', 'name');
    expect([group.code, group.out]).toEqual([0, expect.stringMatching(/^asg_\S+\n$/)]);
    const { out, err } = await runCli('assignment', 'list', '--role', 'oncall');
    expect([out, err]).toEqual(['', 'No role assignments.\n']);
    expect(told(await runCli('role', 'revoke', 'zoe'))).toEqual([
      2,
      '',
      'error: name the role and its scope too, or give the id of an assignment, asg_…\n',
    ]);
  });

  test('ok: the audit list names who did what to what, and takes names', async () => {
    const list = await runCli('audit', 'list', '--actor', 'zoe');
    expect(told(list)).toEqual([0, '', 'No audit entries.\n']);
    const created = await runCli('audit', 'list', '--action', 'user.created', '--columns', 'outcome,target');
    expect(created.out).toBe('OUTCOME  TARGET\nALLOWED  user zoe\n');
    const given = ['--action', 'role.granted', '--action', 'role.revoked', '--limit', '4'];
    const granted = await runCli('audit', 'list', ...given, '--columns', 'action,target');
    expect(granted.out).toBe(
      `ACTION        TARGET
ROLE_REVOKED  reader of group ops
ROLE_REVOKED  oncall of zoe
ROLE_GRANTED  reader of group ops
ROLE_GRANTED  oncall of zoe
`,
    );
    expect(told(await runCli('audit', 'list', '--actor', 'nobody'))).toEqual([
      4,
      '',
      'error: NOT_FOUND: No such user or agent: nobody.\nhint: give an id, which audit list -o json shows: --actor usr_…\n',
    ]);
  });

  test('ok: what is deleted is said in one form, and its id given to programs', async () => {
    const role = await runCli('role', 'delete', 'oncall', '--yes');
    const inner = await runCli('project', 'delete', 'inner', '--yes');
    expect([role, inner].map(told)).toEqual([
      [0, '', 'deleted role oncall\n'],
      [0, '', 'deleted project inner\n'],
    ]);
    const user = await runCli('user', 'delete', 'zoe', '--yes', '-o', 'json');
    expect([user.code, JSON.parse(user.out), user.err]).toEqual([0, { id: expect.stringMatching(/^usr_/) }, '']);
    const gone = await runCli('audit', 'list', '--action', 'user.deleted', '--columns', 'target');
    expect(gone.out).toMatch(/^TARGET\nu/);
  });
});

describe('log-ins in the audit list', () => {
  test('ok: whoever logged in is named, and programs read what the API says', async () => {
    const file = join(folder, 'new');
    writeFileSync(file, 'correct horse battery\n', { mode: 0o600 });
    const login = ['login', '--password-file', server.adminPasswordPath, '--new-password-file', file, '--system'];
    expect((await runCli(...login)).code).toBe(0);
    const shown = await runCli('audit', 'list', '--action', 'token.issued', '--columns', 'outcome,actor,target');
    expect(shown.out).toMatch(/^OUTCOME +ACTOR +TARGET\n(?:ALLOWED +admin +user admin\n)+$/);
    const json = await runCli('audit', 'list', '--action', 'token.issued', '-o', 'json', '--limit', '1');
    expect(JSON.parse(json.out)[0]).toMatchObject({ actor: { id: null, name: null } });
  });

  test('ok: contexts of two users of a server are used in turn', async () => {
    const file = join(folder, 'password');
    expect((await runCli('login', '--system')).code).toBe(0);
    const created = ['user', 'create', 'bob', '--password-file', file, '--no-change'];
    expect(
      (
        await runCli(
          'login',
          '--context',
          'domain',
          '--domain-scope',
          'default',
          '--password-file',
          join(folder, 'new'),
        )
      ).code,
    ).toBe(3);
    const admin = await runCli('role', 'grant', 'admin', 'admin', '--domain-scope', 'default');
    expect(admin.code).toBe(0);
    const domain = [
      'login',
      '--context',
      'domain',
      '--domain-scope',
      'default',
      '--password-file',
      join(folder, 'new'),
    ];
    expect((await runCli(...domain)).code).toBe(0);
    expect((await runCli(...created)).code).toBe(0);
    expect((await runCli('login', '--user', 'bob', '--password-file', file)).code).toBe(0);
    const host = new URL(server.url).host;
    const list = await runCli('context', 'list', '--columns', 'in-use,name,user,scope');
    expect(list.out.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['IN USE', 'NAME', 'USER', 'SCOPE'],
      ['no', `admin@${host}`, 'admin', 'system'],
      ['no', 'domain', 'admin', 'domain default'],
      ['yes', `bob@${host}`, 'bob', '-'],
      [''],
    ]);
    expect((await runCli('whoami', '--context', 'domain', '--columns', 'user,scope')).out).toBe(
      'User   admin\nScope  DOMAIN\n',
    );
    expect((await runCli('context', 'delete', `bob@${host}`)).err).toBe(`deleted context bob@${host}\n`);
    expect((await runCli('context', 'use', 'domain')).err).toBe(`using domain on ${server.url}\n`);
    expect((await runCli('whoami', '-o', 'name')).out).toBe('admin\n');
  });

  test('ok: who-can and explain ask at the scope of the log-in when nothing is named', async () => {
    const here = await runCli('policy', 'who-can', 'user:create', '--context', 'domain');
    const named = await runCli('policy', 'who-can', 'user:create', '--context', 'domain', '--domain-scope', 'default');
    expect(told(here)).toEqual(told(named));
    expect(here.out).toMatch(/^PRINCIPAL +NEEDS +HOW\ndefault\/admin +/);
    const explain = ['policy', 'explain', 'user:create', '--principal', 'default/admin', '--context', 'domain'];
    expect((await runCli(...explain)).out).toMatch(/^ALLOWED +user:create\nscope +domain default\n/);
    // Such a token says nothing of its scope.
    vi.stubEnv('BAILIWICK_TOKEN', (await server.token({ scope: { type: 'system' }, role: 'admin' })).token);
    expect(told(await runCli('policy', 'who-can', 'user:create'))).toEqual([
      2,
      '',
      'error: name an object or a scope: --target, --system, --domain-scope or --project\n',
    ]);
    vi.unstubAllEnvs();
  });

  test('ok: a password is changed, and the log-in goes on in its scope', async () => {
    const [present, next] = [join(folder, 'new'), join(folder, 'next')];
    writeFileSync(next, 'staple correct horse\n', { mode: 0o600 });
    const argv = ['password', 'change', '--context', 'domain', '--password-file', present, '--new-password-file', next];
    const { code, err } = await runCli(...argv);
    expect([code, err]).toEqual([0, 'the password of admin is changed, and its other sessions have ended\n']);
    expect((await runCli('whoami', '--context', 'domain', '--columns', 'scope')).out).toBe('Scope  DOMAIN\n');
    expect((await runCli('login', '--context', 'domain', '--password-file', present)).code).toBe(3);
  });
});

describe('a dry run', () => {
  test('ok: it shows what would change, and changes nothing', async () => {
    vi.stubEnv('BAILIWICK_TOKEN', (await server.token({ scope: { type: 'system' }, role: 'admin' })).token);
    const file = join(folder, 'policy.yaml');
    writeFileSync(file, '"agent:get": "!"\n');
    const { code, out, err } = await runCli('policy', 'import', file, '--dry-run');
    expect([code, out]).toEqual([0, expect.stringContaining('agent:get')]);
    expect(err).toMatch(
      /compared with revision 0; nothing is changed until: bailiwick policy import \S+\/policy.yaml --preview-hash \S+\n$/,
    );
    const back = await runCli('policy', 'rollback', '0', '--dry-run');
    expect([back.code, back.err]).toEqual([
      0,
      'No differences.\nNo proofs.\ncompared with revision 0; nothing is changed until: bailiwick policy rollback 0\n',
    ]);
    expect((await runCli('policy', 'export', '-o', 'json')).out).toContain('"number": 0');
  });
});
