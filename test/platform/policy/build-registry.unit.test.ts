import { describe, expect, it } from 'vitest';
import { buildRegistry, type ScopedDeclaration } from '../../../src/platform/policy/index.js';
import { noteGet, registry, rules } from './note-policies.js';

describe('buildRegistry', () => {
  const bare: ScopedDeclaration<object> = {
    name: 'note:x',
    description: 'X.',
    scopeTypes: ['project'],
    check: '@',
    operations: ['Query.x'],
  };
  const withChecks = (change: object) => () => buildRegistry({ rules, policies: [{ ...noteGet, ...change }] });

  it('refused: a syntax error names policy, part, line and column', () => {
    expect(withChecks({ check: 'role:reader or\n  admin' })).toThrow(
      'policy note:get, check for scope domain, line 2, column 3: a word needs a colon: "admin"',
    );
    expect(withChecks({ boundary: { domain: 'domain:%(domain_id)s' } })).toThrow(
      'policy note:get, boundary for scope domain, line 1, column 1: unknown credential field: domain',
    );
    expect(withChecks({ deprecated: { check: '', since: '1', reason: '-' } })).toThrow(
      'policy note:get, deprecated check',
    );
  });

  it('refused: a policy without a target names no target key, not through a rule either', () => {
    expect(() => buildRegistry({ rules, policies: [{ ...bare, check: 'rule:author' }] })).toThrow(
      'rule author used by policy note:x, check for scope project, line 1, column 9: unknown target key: author',
    );
  });

  it('refused: rules that nobody uses, when they cannot be used', () => {
    expect(() => buildRegistry({ rules: { a: 'not rule:b', b: 'rule:a' }, policies: [] })).toThrow(
      /rules form a cycle: (a -> b -> a|b -> a -> b)/,
    );
    expect(() => buildRegistry({ rules: { a: 'rule:b' }, policies: [] })).toThrow(
      'rule a, line 1, column 1: unknown rule: b',
    );
  });

  it('refused: two policies of one name', () => {
    expect(() => buildRegistry({ rules, policies: [bare, bare] })).toThrow('policy note:x is declared twice');
  });

  it('refused: two claims on one field, or on one type', () => {
    const twice = (operation: string) => () =>
      buildRegistry({ rules, policies: [noteGet, { ...bare, operations: [operation] }] });
    expect(twice('Query.note')).toThrow('policy note:x: Query.note is already claimed by note:get');
    expect(twice('Note.*')).toThrow('policy note:x: Note.* is already claimed by note:get');
  });
});

describe('coverage', () => {
  it('ok: a claim on the field wins over one on its type', () => {
    expect(registry.policyFor('Note.title')?.name).toBe('note:get');
    expect(registry.policyFor('Note.body')?.name).toBe('note:get_body');
    expect(registry.policyFor('Query.unknown')).toBeUndefined();
    expect(registry.claimedApart('Note.body')).toBe(true);
    expect(registry.claimedApart('Note.title')).toBe(false);
    expect(registry.claimedApart('Query.note')).toBe(false);
  });

  it('ok: what is not covered and what is claimed in vain are both named', () => {
    const coordinates = [
      'Query.note',
      'Query.viewer',
      'Query.flags',
      'Query.other',
      'Note.title',
      'Mutation.issueToken',
    ];
    expect(registry.uncovered(coordinates)).toEqual(['Query.other']);
    expect(registry.unknownClaims(coordinates)).toEqual(['Note.body', 'HTTP.health']);
  });

  it('ok: policies are listed by name', () => {
    expect(registry.list().map((policy) => policy.name)).toEqual([
      'flag:list',
      'note:get',
      'note:get_body',
      'token:issue',
      'viewer:get',
    ]);
  });
});
