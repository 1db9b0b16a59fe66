import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { answer, decideLines } from '../../src/cli/policies/cases.js';
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
    ['an unknown rule', { check: 'rule:b' }, /unknown rule: b/],
    ['no rule of that name', { rule: 'b' }, /there is no rule b/],
    [
      'no rule of that name, whatever is overridden',
      { ...renamed, rules: {}, overrides: { 'x:old': '@' } },
      /no rule x:new/,
    ],
    ['neither rule nor check', {}, /neither a rule nor a check/],
    ['an empty check', { check: '' }, /empty/],
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

  test('refused: a fraction, which JSON and Python print differently', () => {
    expect(answer('{"check":"x:1","creds":{"x":1.0}}').decision).toBe('refused');
    expect(answer('{"check":"x:1","creds":{"x":1e0}}').decision).toBe('refused');
    expect(answer('{"check":"x:1","creds":{"x":1,"y":"1.0\\"2.0"}}').decision).toBe('allow');
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
