import { describe, expect, it } from 'vitest';
import { implies } from '../../../src/identity/index.js';
import {
  buildRegistry,
  changedPolicies,
  definePolicy,
  lockedOut,
  PolicyError,
  type PolicyRegistry,
  proveAccess,
  strictRegistry,
} from '../../../src/platform/policy/index.js';
import { noteTarget } from './note-policies.js';

const boxOpen = definePolicy({
  name: 'box:open',
  description: 'Open a box.',
  scopeTypes: ['project'],
  check: 'rule:owner',
  operations: ['Mutation.openBox'],
});
const boxClose = definePolicy({
  name: 'box:close',
  description: 'Close a box.',
  scopeTypes: ['project'],
  check: 'role:member',
  operations: ['Mutation.closeBox'],
});
const keysTurn = definePolicy({
  name: 'keys:turn',
  description: 'Turn the keys.',
  scopeTypes: ['system'],
  check: 'rule:keeper',
  operations: ['Mutation.turnKeys'],
  deprecated: { check: 'rule:owner', since: '0.2', reason: 'Keepers only.' },
  isEssential: true,
});
const declared = {
  rules: { owner: 'role:admin', keeper: 'role:admin', proxy: 'rule:owner' },
  policies: [boxOpen, boxClose, keysTurn] as never,
};

type Checks = Readonly<Record<string, string>>;
const setOf = (checks: Checks, enforceNewDefaults = true) => ({
  entries: Object.entries(checks).map(([name, check]) => ({ name, check })),
  enforceNewDefaults,
});
const under = (checks: Checks): PolicyRegistry => strictRegistry(setOf(checks), declared);
const proved = (before: Checks, after: Checks) =>
  proveAccess('box:open', under(before), under(after), implies, { steps: 1000 });

describe('changedPolicies', () => {
  it.each<[string, Checks, Checks, string[]]>([
    ['the rule of a default', {}, { owner: '@' }, ['box:open']],
    [
      'the rule of an override',
      { 'box:close': 'rule:mine', mine: 'role:admin' },
      { 'box:close': 'rule:mine', mine: '@' },
      ['box:close'],
    ],
    [
      'a rule that a rule uses',
      { 'box:close': 'rule:proxy' },
      { 'box:close': 'rule:proxy', owner: '@' },
      ['box:close', 'box:open'],
    ],
    [
      'a rule inside not',
      { 'box:close': 'not rule:owner' },
      { 'box:close': 'not rule:owner', owner: '!' },
      ['box:close', 'box:open'],
    ],
    ['a rule that nobody uses', {}, { spare: '@' }, []],
    ['the name of a rule', { 'box:close': 'rule:owner' }, { 'box:close': 'rule:proxy' }, []],
    ['a rule in place of its check', { 'box:close': 'role:admin' }, { 'box:close': 'rule:owner' }, []],
    ['spaces and parentheses', { 'box:close': 'role:admin' }, { 'box:close': '( role:admin )' }, []],
    ['a role', { 'box:close': 'role:admin' }, { 'box:close': 'role:reader' }, ['box:close']],
    ['a constant', { 'box:close': '@' }, { 'box:close': '!' }, ['box:close']],
    ['a literal by its type', { 'box:close': "'1':1" }, { 'box:close': '1:1' }, ['box:close']],
    ['a field', { 'box:close': 'user_id:a' }, { 'box:close': 'project_id:a' }, ['box:close']],
    ['what a field is compared with', { 'box:close': 'user_id:a' }, { 'box:close': 'user_id:b' }, ['box:close']],
    ['and for or', { 'box:close': '@ and !' }, { 'box:close': '@ or !' }, ['box:close']],
    ['one operand more', { 'box:close': '@ and @' }, { 'box:close': '@ and @ and !' }, ['box:close']],
    ['a negation', { 'box:close': 'role:admin' }, { 'box:close': 'not role:admin' }, ['box:close']],
  ])('ok: %s', (_what, before, after, expected) => {
    const named = (one: Checks, other: Checks) =>
      changedPolicies(under(one), under(other)).filter((name) => name !== 'keys:turn');
    expect([named(before, after), named(after, before)]).toEqual([expected, expected]);
  });

  it('ok: rules that double each other are compared within the size of a check', () => {
    const doubling = (last: string): Checks => ({
      ...Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`r${n}`, `rule:r${n + 1} or rule:r${n + 1}`])),
      r8: last,
      'box:close': 'rule:r0',
    });
    expect(changedPolicies(under(doubling('role:admin')), under(doubling('@')))).toEqual(['box:close']);
    expect(changedPolicies(under(doubling('role:admin')), under(doubling('role:admin')))).toEqual([]);
  });
});

describe('proveAccess', () => {
  it('ok: new access through a rule is proved, and none where the rule only narrows', () => {
    expect(proved({}, { owner: '@' })).toMatchObject([{ scope: 'project', result: { found: expect.anything() } }]);
    expect(proved({}, { owner: '!' })).toEqual([{ policy: 'box:open', scope: 'project', result: 'none' }]);
    expect(proved({}, { keeper: '@' })).toEqual([]);
  });
});

describe('lockedOut', () => {
  it.each<[string, Checks, boolean, string[]]>([
    ['a rule of the default that nobody passes', { keeper: '!' }, true, ['keys:turn']],
    ['the same, while the earlier check allows too', { keeper: '!' }, false, []],
    ['the rules of both', { keeper: '!', owner: '!' }, false, ['keys:turn']],
    ['a rule that leaves administrators in', { keeper: 'role:reader' }, true, []],
    ['no rule of an essential policy', { owner: '!' }, true, []],
    ['an override that does not need the rule', { keeper: '!', 'keys:turn': 'role:admin' }, true, []],
  ])('refused: the administrator under %s', (_what, checks, enforceNewDefaults, expected) => {
    expect(lockedOut(setOf(checks, enforceNewDefaults), declared, implies)).toEqual(expected);
  });
});

describe('a boundary', () => {
  it('refused: one with a rule, which operators could replace', () => {
    const bounded = definePolicy({
      name: 'note:read',
      description: 'Read a note.',
      scopeTypes: ['project'],
      boundary: { project: 'rule:own' },
      check: 'role:reader',
      target: noteTarget,
      operations: ['Query.note'],
    });
    const build = () => buildRegistry({ rules: { own: 'project_id:%(project_id)s' }, policies: [bounded] as never });
    expect(build).toThrow(PolicyError);
    expect(build).toThrow(
      'policy note:read, boundary for scope project: a boundary cannot name a rule (rule:own), since operators can replace it',
    );
  });
});
