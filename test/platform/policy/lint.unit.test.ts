import { describe, expect, it } from 'vitest';
import { implies } from '../../../src/identity/index.js';
import { definePolicy, lintOverrides, type ScopedDeclaration } from '../../../src/platform/policy/index.js';
import { type NoteRow, noteBody, noteTarget, policies, rules } from './note-policies.js';

const renamed = definePolicy({
  ...(noteBody as ScopedDeclaration<NoteRow>),
  name: 'note:edit',
  operations: [],
  deprecated: { name: 'note:change', check: 'role:admin', since: '0.2', reason: 'Renamed.' },
});
const anyScope = definePolicy({
  name: 'note:touch',
  description: 'Touch a note.',
  scopeTypes: ['system', 'project'],
  boundary: { system: '@', project: 'project_id:%(project_id)s' },
  check: 'role:member',
  target: noteTarget,
  operations: [],
});

function lint(entries: Readonly<Record<string, string>>) {
  const all = Object.entries(entries).map(([name, check]) => ({ name, check }));
  return lintOverrides(all, { rules, policies: [...policies, renamed, anyScope], implies });
}
const codes = (entries: Readonly<Record<string, string>>) => lint(entries).map(({ policy, code }) => [policy, code]);

describe('lintOverrides', () => {
  it('ok: a check that only takes access away', () => {
    expect(
      lint({ 'note:get_body': 'rule:author and role:member', 'note:touch': 'role:admin', 'flag:list': '!' }),
    ).toEqual([]);
  });

  it.each([
    ['an unknown policy', { 'note:burn': '@' }, [['note:burn', 'UNKNOWN_POLICY']]],
    ['a public policy', { 'token:issue': '@' }, [['token:issue', 'PUBLIC_POLICY']]],
    ['what cannot be parsed', { 'note:get_body': 'role:a and' }, [['note:get_body', 'INVALID_CHECK']]],
    ['an unknown target key', { 'note:get_body': 'user_id:%(colour)s' }, [['note:get_body', 'INVALID_CHECK']]],
    ['an undefined rule', { 'note:get_body': 'rule:nobody' }, [['note:get_body', 'UNDEFINED_RULE']]],
    ['an undefined rule in a rule', { mine: 'rule:nobody' }, [['mine', 'UNDEFINED_RULE']]],
    [
      'a cycle, for each rule in it',
      { a: 'not rule:b', b: 'rule:a' },
      [
        ['a', 'CYCLIC_RULE'],
        ['b', 'CYCLIC_RULE'],
      ],
    ],
    ['what cannot be true', { 'note:get_body': 'user_id:a and user_id:b' }, [['note:get_body', 'NEVER_TRUE']]],
    [
      'what tokens of the scope never hold',
      { 'note:get_body': 'system_scope:all and rule:author' },
      [['note:get_body', 'NEVER_TRUE']],
    ],
    [
      'what tokens of one scope never hold',
      { 'note:touch': 'role:member and system_scope:all' },
      [['note:touch', 'NEVER_TRUE_IN_SCOPE']],
    ],
    [
      'one check for scopes with different defaults',
      { 'note:get': 'role:admin' },
      [['note:get', 'ONE_CHECK_FOR_SCOPES']],
    ],
    [
      'more access',
      { 'note:touch': 'role:reader' },
      [
        ['note:touch', 'LOOSENS_DEFAULT'],
        ['note:touch', 'LOOSENS_DEFAULT'],
      ],
    ],
    ['the default', { 'note:get_body': 'rule:author' }, [['note:get_body', 'SAME_AS_DEFAULT']]],
    [
      'a rule that changes what a built-in one says',
      { author: '@', 'note:get_body': '@' },
      [
        ['author', 'REPLACES_RULE'],
        ['note:get_body', 'LOOSENS_DEFAULT'],
      ],
    ],
    ['a deprecated name', { 'note:change': 'rule:note:edit' }, [['note:change', 'DEPRECATED_NAME']]],
    [
      'a deprecated name with a check',
      { 'note:change': '@' },
      [
        ['note:change', 'DEPRECATED_NAME'],
        ['note:change', 'LOOSENS_DEFAULT'],
      ],
    ],
  ] as [string, Record<string, string>, string[][]][])('found: %s', (_what, entries, expected) => {
    expect(codes(entries)).toEqual(expected);
  });

  it('found: more access is told with circumstances', () => {
    expect(lint({ 'note:get_body': 'rule:author or role:auditor' })).toEqual([
      {
        policy: 'note:get_body',
        severity: 'warning',
        code: 'LOOSENS_DEFAULT',
        message:
          'for scope project it allows what the default does not: when project_id:%(project_id)s is TRUE, user_id:%(author)s is FALSE, role:auditor is TRUE',
      },
    ]);
  });

  it('found: a deprecated name beside the new one is said to be ignored', () => {
    const [old] = lint({ 'note:change': '@', 'note:edit': 'role:admin and rule:author' });
    expect(old?.message).toBe('the policy is now named note:edit; ignored, since note:edit is given too');
  });

  it('found: a check that is too large to compare', () => {
    const pairs = Array.from({ length: 40 }, (_, i) => `(role:a${i} or role:b${i})`).join(' and ');
    const halves = Array.from({ length: 40 }, (_, i) => `not role:a${i} and not role:b${i}`).join(' or ');
    expect(codes({ 'note:get_body': `${pairs} and (${halves})` })).toEqual([['note:get_body', 'NOT_COMPARED']]);
  });
});
