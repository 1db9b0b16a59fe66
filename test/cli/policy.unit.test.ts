import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { allPolicies } from '../../src/app.js';
import { runCli } from './run-cli.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

const policy = (...args: string[]) => runCli('policy', ...args);
const json = (name: string, value: unknown) => write(name, JSON.stringify(value));
const member = { roles: ['member', 'reader'], user_id: 'u', project_id: 'p', project_domain_id: 'd' };

describe('policy sample', () => {
  test('ok: as YAML it changes nothing, and names every policy', async () => {
    const { code, out } = await policy('sample');
    expect([code, parse(out)]).toEqual([0, null]);
    for (const { name } of allPolicies().list()) expect(out).toMatch(new RegExp(`^# ?"?${name}"?[: ]`, 'm'));
  });

  test('ok: the lines that can be taken in are the defaults', async () => {
    const taken = (await policy('sample')).out.replaceAll(/^#"/gm, '"');
    const { code, out } = await policy('lint', write('taken.yaml', taken), '-o', 'json');
    const { findings, errors } = JSON.parse(out);
    expect([code, errors]).toEqual([0, 0]);
    expect(findings.length).toBeGreaterThan(20);
    expect(findings.filter((finding: { code: string }) => finding.code !== 'SAME_AS_DEFAULT')).toEqual([]);
  });

  test('ok: as JSON it holds the same lines', async () => {
    const taken = parse((await policy('sample')).out.replaceAll(/^#"/gm, '"'));
    expect(JSON.parse((await policy('sample', '-o', 'json')).out)).toEqual(taken);
  });
});

describe('policy lint', () => {
  test('ok: a file that is fine', async () => {
    const { code, out } = await policy('lint', write('fine.yaml', '"allowlist:delete": "role:admin"\n'));
    expect([code, out]).toEqual([0, '1 entries, 0 errors, 0 warnings\n']);
  });

  test('invalid: findings name file, line and policy, in the order of the file', async () => {
    const file = write(
      'bad.yaml',
      '# ours\n"agent:ban": "role:reader"\n"agent:fly": "@"\n"agent:reset": >\n  role:admin\n  and\n"agent:retire": 5\n',
    );
    const { code, out, err } = await policy('lint', file);
    expect([code, err]).toEqual([1, `error: ${file} should not be used as it is\n`]);
    expect(out.split('\n').map((line) => line.replace(`${file}:`, '').split(': ').slice(0, 4).join(' '))).toEqual([
      // For tokens of the system, and of projects.
      '2 warning LOOSENS_DEFAULT agent:ban',
      '2 warning LOOSENS_DEFAULT agent:ban',
      '3 error UNKNOWN_POLICY agent:fly',
      '4 error INVALID_CHECK agent:reset',
      '7 error INVALID_FILE agent:retire',
      '3 entries, 3 errors, 2 warnings',
      '',
    ]);
  });

  test.each([
    ['the same name twice', '"agent:ban": "!"\n"agent:ban": "@"\n', 'line 2'],
    ['a list', '- "agent:ban"\n', 'line 1'],
    ['what is not YAML', '"agent:ban": "@\n', 'line'],
  ])('invalid: %s', async (_what, content) => {
    const { code, out } = await policy('lint', write('broken.yaml', content), '-o', 'json');
    expect([code, JSON.parse(out).findings[0].code]).toEqual([1, 'INVALID_FILE']);
  });

  test('invalid: warnings count when asked for', async () => {
    const file = write('looser.json', '{"agent:ban": "role:reader"}');
    expect((await policy('lint', file)).code).toBe(0);
    expect((await policy('lint', file, '--strict')).code).toBe(1);
  });
});

describe('policy evaluate', () => {
  const evaluate = (name: string, credentials: object, ...args: string[]) =>
    policy('evaluate', name, '--credentials', json('credentials.json', credentials), ...args);

  test('ok: allowed, on the target and before any', async () => {
    const target = json('target.json', { project_id: 'p' });
    expect(await evaluate('allowlist:create', member)).toEqual({ code: 0, out: 'ALLOWED\n', err: '' });
    expect((await evaluate('allowlist:create', member, '--target', target)).code).toBe(0);
  });

  test.each([
    ['another project', 'allowlist:create', {}, { project_id: 'q' }, 'FORBIDDEN'],
    ['too low a role', 'allowlist:create', { roles: ['reader'] }, { project_id: 'p' }, 'FORBIDDEN'],
    ['another scope', 'domain:create', {}, undefined, 'WRONG_SCOPE'],
  ])('forbidden: %s', async (_what, name, change, target, outcome) => {
    const options = target === undefined ? [] : ['--target', json('target.json', target)];
    const { code, out, err } = await evaluate(name, { ...member, ...change }, ...options, '-o', 'json');
    expect([code, JSON.parse(out).outcome, err]).toEqual([1, outcome, `error: ${name} is denied\n`]);
  });

  test('anonymous: without credentials', async () => {
    expect(await policy('evaluate', 'allowlist:create')).toMatchObject({ code: 1, out: 'UNAUTHENTICATED\n' });
    expect((await policy('evaluate', 'token:issue')).code).toBe(0);
  });

  test('ok: a policy file changes the check, not the boundary', async () => {
    const file = write('changed.yaml', 'anyone: "@"\n"agent:ban": "rule:anyone"\n');
    const on = (projectId: string, nodeId: string | null = null) => {
      const target = json('target.json', { project_id: projectId, node_id: nodeId });
      return ['--policies', file, '--target', target];
    };
    expect((await evaluate('agent:ban', member)).code).toBe(1);
    expect((await evaluate('agent:ban', member, ...on('p'))).code).toBe(0);
    expect((await evaluate('agent:ban', member, ...on('q'))).code).toBe(1);
    expect((await evaluate('agent:ban', member, ...on('p', 'n'))).code).toBe(1);
    const system = { user_id: 'u', system_scope: 'all', roles: ['reader'], operators_project_ids: ['o', 'p'] };
    expect((await evaluate('agent:ban', system, ...on('p', 'n'))).code).toBe(0);
    expect((await evaluate('agent:ban', system, ...on('q', 'n'))).code).toBe(1);
  });

  test.each([
    ['an unknown policy', 'agent:fly', {}, 4],
    ['an unknown credential', 'agent:ban', { tenant: 'x' }, 2],
    ['roles that are no list', 'agent:ban', { roles: 'admin' }, 2],
  ])('usage: %s', async (_what, name, credentials, code) => {
    expect((await evaluate(name, credentials)).code).toBe(code);
  });

  test('usage: a target that a row could not be', async () => {
    const { code, err } = await evaluate('agent:ban', member, '--target', json('target.json', { project_id: 5 }));
    expect([code, err]).toEqual([2, 'error: policy agent:ban: target key project_id is text, or null\n']);
  });

  test('usage: a policy file that the server would refuse', async () => {
    const file = write('refused.yaml', '"agent:ban": "role:admin or"\n');
    const { code, err } = await evaluate('agent:ban', member, '--policies', file);
    expect([code, err]).toEqual([2, expect.stringContaining('policy agent:ban, override, line 1, column 14')]);
  });
});

describe('policy explain', () => {
  test('ok: the tree, with what decides marked', async () => {
    const credentials = json('credentials.json', { ...member, roles: ['reader'] });
    const target = json('target.json', { project_id: 'p' });
    const { code, out } = await policy('explain', 'allowlist:create', '--credentials', credentials, '--target', target);
    expect([code, out.split('\n')]).toEqual([
      0,
      [
        'FORBIDDEN  allowlist:create',
        'scope     project: the policy accepts it',
        'boundary    TRUE   project_id:%(project_id)s  (caller: p; target: p)',
        'check     > FALSE  role:member  (caller: reader)',
        '',
      ],
    ]);
  });

  test('ok: a scope that decides alone', async () => {
    const { out } = await policy('explain', 'domain:create', '--credentials', json('credentials.json', member));
    expect(out).toBe(
      'WRONG_SCOPE  domain:create\nscope     project: the policy does not accept it\naccepts   system\n',
    );
  });

  test('ok: without a caller it says for whom that is, and how to name another', async () => {
    const { code, out, err } = await policy('explain', 'agent:ban');
    expect([code, out]).toEqual([
      0,
      'UNAUTHENTICATED  agent:ban\nscope     anonymous: the policy does not accept it\n',
    ]);
    expect(err).toBe('that is for a caller without a token; name another: --principal USER, or --credentials FILE\n');
  });

  test('ok: as JSON', async () => {
    const { out } = await policy(
      'explain',
      'agent:ban',
      '--credentials',
      json('credentials.json', member),
      '-o',
      'json',
    );
    expect(JSON.parse(out)).toMatchObject({
      decision: { outcome: 'FORBIDDEN' },
      hasBoundary: true,
      tree: { kind: 'and', value: 'FALSE', of: [{ value: 'OPEN' }, { value: 'FALSE', isDeciding: true }] },
    });
  });
});
