import { describe, expect, it } from 'vitest';
import { CREDENTIAL_FIELDS, expandCheck, parseCheck } from '../../../src/platform/policy/index.js';

function expand(text: string, rules: Record<string, string> = {}, keys: readonly string[] = []) {
  const parse = (written: string, origin: string) => parseCheck(written, { origin, credentials: CREDENTIAL_FIELDS });
  return expandCheck(parse(text, 'test'), {
    origin: 'test',
    rules: new Map(Object.entries(rules).map(([name, rule]) => [name, parse(rule, `rule ${name}`)])),
    hasKey: (key) => keys.includes(key),
  });
}

describe('expandCheck', () => {
  it('ok: a rule keeps its name and gets its body', () => {
    expect(expand('rule:admin', { admin: 'role:admin' })).toMatchObject({
      kind: 'rule',
      name: 'admin',
      body: { kind: 'role', name: 'admin' },
    });
  });

  it('ok: the same rule may be used twice', () => {
    const check = expand('rule:a and not rule:b', { a: 'rule:c', b: 'rule:c', c: 'role:x' });
    expect(JSON.stringify(check).match(/"kind":"role"/g)).toHaveLength(2);
  });

  it.each([
    ['role:a and rule:missing', {}, 'test, line 1, column 12: unknown rule: missing'],
    ['rule:a', { a: '@ or\nrule:missing' }, 'rule a used by test, line 2, column 1: unknown rule: missing'],
    ['user_id:%(owner)s', {}, 'test, line 1, column 9: unknown target key: owner'],
    ['rule:a', { a: 'user_id:%(owner)s' }, 'rule a used by test, line 1, column 9: unknown target key: owner'],
    ['rule:a', { a: 'role:x or rule:a' }, 'rule a used by test, line 1, column 11: rules form a cycle: a -> a'],
    [
      'rule:a',
      { a: 'not rule:b', b: 'not (@ and rule:a)' },
      'rule b used by test, line 1, column 12: rules form a cycle: a -> b -> a',
    ],
    [
      'rule:z',
      { z: 'rule:a', a: 'rule:b', b: 'rule:a' },
      'rule b used by test, line 1, column 1: rules form a cycle: a -> b -> a',
    ],
  ])('refused: %s with %j', (text, rules, message) => {
    expect(() => expand(text, rules as Record<string, string>)).toThrow(new RegExp(`^${literally(message)}$`));
  });

  it('refused: rules that double one another beyond the bound', () => {
    const rules = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`r${i}`, `rule:r${i + 1} and rule:r${i + 1}`]),
    );
    expect(() => expand('rule:r0', { ...rules, r40: '@' })).toThrow(
      /rule r\d+ used by test, .* expands to more than 1024/,
    );
  });

  it('refused: a chain of rules that is longer than any check may be', () => {
    const rules = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`r${i}`, `rule:r${i + 1}`]));
    expect(() => expand('rule:r0', { ...rules, r10000: '@' })).toThrow(/rule r1024 expands to more than 1024 nodes/);
  });

  it('ok: a check of just as many nodes as the bound; refused: one more', () => {
    const joined = (operands: number) => Array.from({ length: operands }, () => '@').join(' or ');
    expect(expand(joined(1023))).toMatchObject({ kind: 'or' });
    expect(() => expand(joined(1024))).toThrow('test, line 1, column 1: the check expands to more than 1024 nodes');
    expect(expand('rule:large', { large: joined(1022) })).toMatchObject({ kind: 'rule' });
    expect(() => expand('rule:large', { large: joined(1023) })).toThrow('the check expands');
    expect(() => expand('rule:large', { large: joined(1024) })).toThrow('rule large expands');
    expect(expand(`not (${joined(1022)})`)).toMatchObject({ kind: 'not' });
    expect(() => expand(`not (${joined(1023)})`)).toThrow('the check expands');
  });

  it('refused: a check that uses a large rule too often', () => {
    const large = Array.from({ length: 200 }, () => '@').join(' or ');
    expect(() => expand(Array.from({ length: 6 }, () => 'rule:large').join(' or '), { large })).toThrow(
      /the check expands/,
    );
  });
});

function literally(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
