import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { answer, decideLines } from '../../src/cli/identity/policies/cases.js';
import { runCli } from './run-cli.js';

const decide = (given: object) => answer(JSON.stringify({ id: 1, ...given }));
const admin = { creds: { roles: ['admin'], project_id: 'p' } };

describe('policy evaluate, from standard input', () => {
  test.each([
    ['a rule', { rules: { a: 'rule:b', b: 'role:admin' }, rule: 'a', ...admin }, 'allow'],
    ['a check', { check: 'not role:admin', ...admin }, 'deny'],
    ['a target', { check: 'project_id:%(k)s', ...admin, target: { k: 'p', other: [{}] } }, 'allow'],
    ['any credential', { check: 'a.b.c:x', creds: { a: { b: [{ c: 'y' }, { c: ['x'] }] } } }, 'allow'],
    ['a default rule', { rules: { d: '@' }, rule: 'missing', default_rule: 'd', ...admin }, 'allow'],
    ['another scope', { check: '@', scope_types: ['system'], ...admin }, 'invalid_scope'],
    ['no scope', { check: '@', scope_types: ['project'], creds: { user_id: 'u' } }, 'invalid_scope'],
    ['a scope not enforced', { check: '@', scope_types: ['system'], enforce_scope: false, ...admin }, 'allow'],
    ['the older name of a scope', { check: 'system:all', creds: { system_scope: 'all', system: 'x' } }, 'allow'],
    ['an override', { rules: { a: '!' }, rule: 'a', overrides: { a: '@' } }, 'allow'],
    [
      'members that are null',
      { rules: { a: '@' }, rule: 'a', check: null, overrides: null, deprecated: null },
      'allow',
    ],
  ])('ok: %s', (_what, given, decision) => {
    expect(decide(given)).toEqual({ id: 1, decision });
  });

  const renamed = {
    rules: { 'x:new': 'role:admin' },
    rule: 'x:new',
    deprecated: { name: 'x:old', check_str: 'role:old' },
  };
  const old = { creds: { roles: ['old'] } };
  test.each([
    ['the deprecated check ends with new defaults', {}, 'deny'],
    ['the deprecated check counts until then', { enforce_new_defaults: false }, 'allow'],
    ['an override ends it', { enforce_new_defaults: false, overrides: { 'x:new': 'role:admin' } }, 'deny'],
    ['an override of the old name counts', { overrides: { 'x:old': '@' } }, 'allow'],
    ['an override of the new name counts more', { overrides: { 'x:old': '@', 'x:new': '!' } }, 'deny'],
    ['a pointer to the new name is none', { overrides: { 'x:old': 'rule:x:new' } }, 'deny'],
  ])('ok: %s', (_what, change, decision) => {
    expect(decide({ ...renamed, ...old, ...change }).decision).toBe(decision);
  });

  test.each([
    ['a default', { rules: { a: '' }, rule: 'a' }, 'rule a'],
    ['a default that is called', { rules: { a: 'rule:b', b: '' }, rule: 'a' }, 'rule b'],
    ['the default rule', { rules: { d: '' }, rule: 'missing', default_rule: 'd' }, 'rule d'],
    [
      'a deprecated default',
      { ...renamed, deprecated: { name: 'x:old', check_str: '' }, enforce_new_defaults: false },
      'deprecated check of x:new',
    ],
  ])('ok: an empty check allows with a warning: %s', (_what, given, origin) => {
    expect(decide(given)).toEqual({
      id: 1,
      decision: 'allow',
      warnings: [`${origin}: the check is empty, and read as @`],
    });
  });

  test.each([
    ['a target key with a colon', 'project_id:%(network:project_id)s', 'allow'],
    ['the same, of another project', 'project_id:%(other:project_id)s', 'deny'],
    ['the same, which the target has not', 'not project_id:%(missing:project_id)s', 'deny'],
  ])('ok: %s', (_what, check, decision) => {
    const target = { 'network:project_id': 'p', 'other:project_id': 'q' };
    expect(decide({ check, ...admin, target })).toEqual({ id: 1, decision });
  });

  test.each([
    ['alone', 'field:networks:shared=True', 'deny'],
    ['negated', 'not field:networks:shared=True', 'deny'],
    ['beside what allows', 'field:networks:shared=True or role:admin', 'allow'],
    ['beside what denies', 'not field:networks:shared=True and role:nobody', 'deny'],
  ])("ok: a service's own kind of check says nothing, with a warning: %s", (_what, check, decision) => {
    const creds = { ...admin.creds, field: 'networks:shared=True' };
    const warnings = ["the check: field: is neutron's own check, and says nothing here"];
    expect(decide({ check, creds })).toEqual({ id: 1, decision, warnings });
  });

  test.each([
    ['an unknown rule', { check: 'rule:b' }, /unknown rule: b/],
    ['no rule of that name', { rule: 'b' }, /there is no rule b/],
    [
      'no rule of that name, whatever is overridden',
      { ...renamed, rules: {}, overrides: { 'x:old': '@' } },
      /no rule x:new/,
    ],
    ['neither rule nor check', {}, /neither a rule nor a check/],
    ['an empty check', { check: '' }, /empty/],
    ['an empty override', { rules: { a: '@' }, rule: 'a', overrides: { a: '' } }, /override of a.*empty/],
    [
      'an empty override of a rule that is called',
      { rules: { a: 'rule:b', b: '@' }, rule: 'a', overrides: { b: '' } },
      /override of b.*empty/,
    ],
    ['an empty override of the old name', { ...renamed, overrides: { 'x:old': '' } }, /override of x:new.*empty/],
    ['a default of white space alone', { rules: { a: '  ' }, rule: 'a' }, /rule a.*empty/],
    ['credentials that are null', { check: '@', creds: null }, /^\/creds: /],
    ['a target that is null', { check: '@', target: null }, /^\/target: /],
    [
      'an override of a rule that is not defined',
      { rules: { b: '@' }, rule: 'a', overrides: { a: '@' } },
      /there is no rule a; an override does not define one/,
    ],
    [
      'the same beside a default rule',
      { rules: { d: '@' }, rule: 'a', overrides: { a: '!' }, default_rule: 'd' },
      /an override does not define one/,
    ],
    ['rules that are not texts', { rules: { a: [] }, rule: 'a' }, /\/rules\/a/],
    ['a deprecated check that cannot be read', { ...renamed, deprecated: { name: 'x', check_str: '(' } }, /deprecated/],
    ['a check by another server', { check: 'http://host/%(k)s' }, /unknown credential field: http/],
    ['roles that are no list', { check: 'role:a or @', creds: { roles: 'a' } }, /roles is not a list/],
    ['a role that is no text', { check: 'role:a', creds: { roles: ['a', 5] } }, /roles is not a list/],
    [
      'a target key with a list',
      { check: 'x:%(k)s', creds: { x: 'a' }, target: { k: ['a'] } },
      /k is not a single value/,
    ],
    ['a list in a list', { check: 'x:a', creds: { x: [['a']] } }, /not a single value/],
    ['a path through a text', { check: 'x.y:a or @', creds: { x: 'a' } }, /not a map/],
    ['null in a list beside None', { check: 'not x:None', creds: { x: [null, 'a'] } }, /None/],
    ['a number past the safe integers', { check: 'x:9007199254740992', creds: { x: 2 ** 53 } }, /not an integer/],
  ])('refused: %s', (_what, given, message) => {
    expect(decide(given)).toEqual({ id: 1, decision: 'refused', message: expect.stringMatching(message) });
  });

  test.each([
    ['a credential', '{"check":"x:1","creds":{"x":1.0}}'],
    ['a credential with an exponent', '{"check":"x:1","creds":{"x":1e0}}'],
    ['a credential in a list', '{"check":"x:1","creds":{"x":["\\"", 1.0]}}'],
    ['a target key', '{"check":"1:%(k)s","target":{"k":-1.0}}'],
    ['a role', '{"check":"role:a","creds":{"roles":["a",1.5]}}'],
    ['a scope, which 0.0 is not', '{"check":"@","scope_types":["system"],"creds":{"system_scope":0.0}}'],
  ])('refused: a number with a fraction, read as %s', (_what, line) => {
    expect(answer(line)).toMatchObject({ decision: 'refused' });
  });

  test.each([
    ['a credential', '{"check":"x:1","creds":{"x":1,"y":2.5,"z":[{"a":1E3}]}}'],
    ['a target key', '{"check":"x:1","creds":{"x":1},"target":{"size":1.5}}'],
    ['the id', '{"id":1.5,"check":"x:1","creds":{"x":1}}'],
    ['a text', '{"check":"x:1","creds":{"x":1,"y":"1.0\\"2.0"}}'],
    [
      'a scope that is not enforced',
      '{"check":"@","scope_types":["system"],"enforce_scope":false,"creds":{"domain_id":1.0}}',
    ],
  ])('ok: a number with a fraction, not read by the check: %s', (_what, line) => {
    expect(answer(line)).toMatchObject({ decision: 'allow' });
  });

  test('ok: a number with a fraction in the id comes back as it was', () => {
    expect(answer('{"id":1.5,"check":"@"}')).toEqual({ id: 1.5, decision: 'allow' });
  });

  test('refused: what would be JSON only without its fractions', () => {
    expect(answer('{"check":"@","target":{"k":1.2.3}}')).toMatchObject({ message: 'the line is not JSON' });
  });

  test('ok: a line with a very long text', () => {
    expect(answer(`{"check":"@","target":{"k":"${'\\\\a'.repeat(300_000)}"}}`).decision).toBe('allow');
  });

  test('ok: a malformed line is answered, and the run goes on', async () => {
    const { stdin } = process;
    const lines = [
      '{"id":"a","check":"@"}',
      '',
      'nonsense',
      '[]',
      `{"id":${'1'.repeat(1024 * 1024)}}`,
      '{"id":{"n":2},"check":"!"}',
    ];
    Object.defineProperty(process, 'stdin', { value: Readable.from([lines.join('\n')]), configurable: true });
    try {
      const { code, out } = await runCli('policy', 'evaluate');
      const answers = out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect([code, answers.map(({ id, decision }) => [id, decision])]).toEqual([
        0,
        [
          ['a', 'allow'],
          [null, 'refused'],
          [null, 'refused'],
          [null, 'refused'],
          [{ n: 2 }, 'deny'],
        ],
      ]);
    } finally {
      Object.defineProperty(process, 'stdin', { value: stdin, configurable: true });
    }
  });

  test('ok: no line, no answer', async () => {
    await expect(decideLines(Readable.from(['']))).resolves.toBeUndefined();
  });
});
