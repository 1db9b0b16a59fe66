import { describe, expect, test } from 'vitest';
import { decideCase, lintService, type PolicyCase, type ServiceRule } from '../../../src/platform/policy/index.js';

const CASE: PolicyCase = {
  rules: {},
  subject: { check: '@' },
  scopeTypes: [],
  enforceScope: false,
  credentials: {},
  target: {},
  overrides: {},
  deprecated: undefined,
  enforceNewDefaults: false,
  defaultRule: undefined,
};
const outcome = (given: Partial<PolicyCase>) => decideCase({ ...CASE, ...given });
const decision = (given: Partial<PolicyCase>) => outcome(given).decision;
type Values = Pick<PolicyCase, 'credentials' | 'target'>;

describe('decideCase, of values', () => {
  test.each<[string, Partial<Values>, string]>([
    ['role:admin', { credentials: { roles: ['reader', 'Admin'] } }, 'allow'],
    ['role:admin', {}, 'deny'],
    ['user_id:%(owner)s', { credentials: { user_id: 'u' }, target: { owner: 'u' } }, 'allow'],
    ['user_id:%(owner)s', { credentials: { user_id: 'u' } }, 'deny'],
    ['None:%(owner)s', { target: { owner: null } }, 'allow'],
    ['a.b:x', { credentials: { a: { b: 'x' } } }, 'allow'],
    ['a.b:x', { credentials: { a: [{ b: 'y' }, { b: 'x' }] } }, 'allow'],
    ['a:x', { credentials: { a: [null, 'x'] } }, 'allow'],
    ['a:%(k)s', { credentials: { a: [null, 'x'] }, target: { k: 'x' } }, 'allow'],
    ['a:5', { credentials: { a: 5 } }, 'allow'],
    ['a:%(k)s', { credentials: { a: 5 }, target: { k: 5 } }, 'allow'],
    ['a:None', { credentials: { a: null } }, 'deny'],
    ['a:x', { credentials: { a: { b: 'x' } } }, 'deny'],
  ])('ok: %s with %j: %s', (check, values, expected) => {
    expect(decision({ subject: { check }, ...values })).toBe(expected);
  });

  test.each<[string, Partial<Values>, string]>([
    ['role:admin', { credentials: { roles: 'admin' } }, 'credential roles is not a list of texts'],
    ['role:admin', { credentials: { roles: ['admin', 1] } }, 'credential roles is not a list of texts'],
    ['a:%(k)s', { credentials: { a: 'x' }, target: { k: ['x'] } }, 'target key k is not a single value'],
    ['a:%(k)s', { credentials: { a: 'x' }, target: { k: 1.5 } }, 'target key k is not an integer'],
    ['a:1.5', { credentials: { a: 1.5 } }, 'credential a is not an integer'],
    ['a:1.5', { credentials: { a: ['x', 1.5] } }, 'credential a is not an integer'],
    ['a.b:x', { credentials: { a: 'x' } }, 'credential a.b: the path leads through something that is not a map'],
    ['a:x', { credentials: { a: ['x', ['x']] } }, 'credential a: a list holds something that is not a single value'],
    ['a:None', { credentials: { a: ['x', null] } }, 'credential a: a list holds null, and is compared with None'],
    ['a:%(k)s', { credentials: { a: [null] }, target: { k: null } }, 'a list holds null, and is compared with None'],
  ])('refused: %s with %j: %s', (check, values, message) => {
    expect(() => decision({ subject: { check }, ...values })).toThrow(message);
  });

  test('ok: values that the check does not read are of any kind', () => {
    const values = { credentials: { roles: 1, a: 1.5, b: 'x' }, target: { k: [1.5] } };
    expect(decision({ subject: { check: 'b:x' }, ...values })).toBe('allow');
  });
});

describe('decideCase, of rules', () => {
  const rule = (name: string, more: Partial<PolicyCase>) => decision({ subject: { rule: name }, ...more });

  test('ok: a rule calls others, and the default rule stands for those that are missing', () => {
    const rules = { a: 'rule:b', b: '@', c: 'rule:missing', d: '!', e: '@' };
    expect(rule('a', { rules, defaultRule: 'd' })).toBe('allow');
    expect(rule('c', { rules, defaultRule: 'd' })).toBe('deny');
    expect(rule('c', { rules, defaultRule: 'e' })).toBe('allow');
    expect(rule('missing', { rules, defaultRule: 'e' })).toBe('allow');
    expect(() => rule('missing', { rules })).toThrow('there is no rule missing');
  });

  test('ok: an override replaces a rule where it is decided and where it is called', () => {
    const rules = { a: '!', b: 'rule:a' };
    expect(rule('a', { rules, overrides: { a: '@' } })).toBe('allow');
    expect(rule('b', { rules, overrides: { a: '@' } })).toBe('allow');
  });

  test('refused: a mistake is placed in the check, or in the rule that is decided', () => {
    expect(() => decision({ subject: { check: 'rule:missing' } })).toThrow('the check, line 1, column 1: unknown rule');
    expect(() => rule('a', { rules: { a: 'rule:missing' } })).toThrow('rule a, line 1, column 1: unknown rule');
  });

  test('refused: an override defines no rule', () => {
    expect(() => rule('a', { overrides: { a: '@' } })).toThrow('there is no rule a; an override does not define one');
  });

  test('ok: the deprecated check allows too, until new defaults are enforced', () => {
    const more = { rules: { a: '!' }, deprecated: { name: 'old', check: '@' } };
    expect(rule('a', more)).toBe('allow');
    expect(rule('a', { ...more, enforceNewDefaults: true })).toBe('deny');
    expect(rule('a', { ...more, overrides: { a: '!' } })).toBe('deny');
  });
});

describe('decideCase, of scopes', () => {
  test.each<[PolicyCase['credentials'], string]>([
    [{ system: 'all' }, 'system'],
    [{ system_scope: 'all' }, 'system'],
    [{ domain_id: 'd', project_id: '' }, 'domain'],
    [{ domain_id: null, project_id: 'p' }, 'project'],
    [{ system: {}, domain_id: [], project_id: 'p' }, 'project'],
    [{ system: { all: true } }, 'system'],
    [{}, 'unscoped'],
  ])('ok: %j is of the scope %s', (credentials, held) => {
    for (const scope of ['system', 'domain', 'project', 'unscoped']) {
      const expected = scope === held ? 'allow' : 'invalid_scope';
      expect([scope, decision({ credentials, scopeTypes: [scope], enforceScope: true })]).toEqual([scope, expected]);
      expect(decision({ credentials, scopeTypes: [scope] })).toBe('allow');
    }
    expect(decision({ credentials, enforceScope: true })).toBe('allow');
  });

  test('ok: a rule that is not declared has no scope types, and the default rule decides in any scope', () => {
    const more = { rules: { any: '@' }, credentials: { project_id: 'p' }, scopeTypes: ['domain'], enforceScope: true };
    expect(decision({ ...more, subject: { rule: 'any' } })).toBe('invalid_scope');
    expect(decision({ ...more, subject: { rule: 'other' }, defaultRule: 'any' })).toBe('allow');
    expect(decision({ ...more, subject: { check: '@' } })).toBe('invalid_scope');
  });

  test('refused: a scope that is a fraction', () => {
    const more = { scopeTypes: ['project'], enforceScope: true };
    expect(() => decision({ ...more, credentials: { project_id: 0.5 } })).toThrow(
      'credential project_id is not an integer',
    );
  });
});

describe('decideCase, of what is doubtful', () => {
  test('ok: an empty default allows, with a warning; an empty override is refused', () => {
    const { decision: decided, warnings } = outcome({ rules: { a: '' }, subject: { rule: 'a' } });
    expect([decided, warnings]).toEqual([
      'allow',
      [{ code: 'EMPTY_CHECK', message: 'rule a: the check is empty, and read as @' }],
    ]);
    expect(() => outcome({ rules: { a: '@' }, subject: { rule: 'a' }, overrides: { a: '' } })).toThrow('override of a');
  });

  test.each(['field:networks:shared', 'not field:networks:shared'])(
    'refused: %s says nothing, whatever the credentials hold',
    (check) => {
      const { decision: decided, warnings } = outcome({
        subject: { check },
        credentials: { field: 'networks:shared' },
      });
      expect(decided).toBe('deny');
      expect(warnings).toEqual([
        { code: 'SERVICE_CHECK', message: "the check: field: is neutron's own check, and says nothing here" },
      ]);
    },
  );
});

describe('lintService', () => {
  const declared = (name: string, check: string, more: Partial<ServiceRule> = {}): ServiceRule => ({
    service: 'one',
    name,
    check,
    deprecated: undefined,
    isOverride: false,
    ...more,
  });
  const found = (...rules: readonly ServiceRule[]) =>
    lintService(rules).map(({ rule, severity, code }) => [rule.service, rule.name, severity, code]);

  test('ok: an override replaces the default, wherever it is in the file', () => {
    const [wrong, right] = [declared('a', 'role:'), declared('a', '@', { isOverride: true })];
    expect(found(wrong).map((row) => row.slice(0, 3))).toEqual([['one', 'a', 'error']]);
    expect(found(wrong, right)).toEqual([]);
    expect(found(right, wrong)).toEqual([]);
  });

  test('refused: a rule that calls one that is missing, or of another service', () => {
    const elsewhere = declared('b', '@', { service: 'two' });
    expect(found(declared('a', 'rule:b'), elsewhere).map((row) => row.slice(0, 3))).toEqual([['one', 'a', 'error']]);
    expect(found(declared('a', 'rule:b'), declared('b', '@'), elsewhere)).toEqual([]);
  });

  test('ok: what is doubtful in a check or its deprecated one is a warning', () => {
    const deprecated = { name: 'old', check: '' };
    expect(found(declared('a', '@', { deprecated }))).toEqual([['one', 'a', 'warning', 'EMPTY_CHECK']]);
    expect(found(declared('a', '', {}))).toEqual([['one', 'a', 'warning', 'EMPTY_CHECK']]);
    expect(found(declared('a', '@', { deprecated: { name: 'old', check: 'role:' } }))[0]?.[2]).toBe('error');
  });
});
