import { describe, expect, it } from 'vitest';
import { implies } from '../../../src/identity/index.js';
import {
  definePolicy,
  faultsOf,
  lockedOut,
  type RegistryInput,
  registryUnder,
  type Subject,
} from '../../../src/platform/policy/index.js';
import { noteBody, noteGet, noteTarget, tokenIssue, viewerGet } from './note-policies.js';

const essential = definePolicy({
  name: 'keys:turn',
  description: 'Turn the keys.',
  scopeTypes: ['system', 'domain'],
  check: { system: 'role:admin', domain: 'role:manager' },
  operations: ['Mutation.turnKeys'],
  isEssential: true,
});
/** Even an administrator of the system reads only what belongs to no author. */
const bounded = definePolicy({
  name: 'keys:find',
  description: 'Find the keys.',
  scopeTypes: ['system'],
  boundary: { system: 'None:%(author)s' },
  check: 'role:admin',
  target: noteTarget,
  operations: ['Query.keys'],
  isEssential: true,
});
const renamed = definePolicy({
  name: 'note:rename',
  description: 'Rename a note.',
  scopeTypes: ['project'],
  check: 'role:member',
  operations: ['Mutation.renameNote'],
  deprecated: { name: 'note:title', check: 'role:reader', since: '0.2', reason: 'Renamed.' },
});
const rules = { author: 'user_id:%(author)s', writer: 'role:member' };
const declared: RegistryInput = {
  rules,
  policies: [noteGet, noteBody, viewerGet, tokenIssue, essential, bounded, renamed] as never,
};

const entries = (checks: Readonly<Record<string, string>>) => ({
  entries: Object.entries(checks).map(([name, check]) => ({ name, check })),
  enforceNewDefaults: true,
});
const inProject = (...roles: string[]): Subject => ({ scope: 'project', credentials: { roles, project_id: 'p' } });
const outcome = (checks: Readonly<Record<string, string>>, subject: Subject, enforceNewDefaults = true) =>
  registryUnder({ ...entries(checks), enforceNewDefaults }, declared).registry.decideOperation('note:rename', subject)
    .outcome;

describe('registryUnder', () => {
  it('ok: a set without faults is in force as it is', () => {
    const { registry, faults } = registryUnder(entries({ 'note:rename': 'role:admin' }), declared);
    expect(faults).toEqual([]);
    expect(registry.get('note:rename')?.override).toBe('role:admin');
  });

  it('ok: what names no policy of this version is left out and told', () => {
    const { registry, faults } = registryUnder(entries({ 'note:burn': '@', 'token:issue': '!' }), declared);
    expect(faults.map(({ name, code }) => [name, code])).toEqual([
      ['note:burn', 'UNKNOWN_POLICY'],
      ['token:issue', 'PUBLIC_POLICY'],
    ]);
    expect(registry.list().every(({ override }) => override === null)).toBe(true);
  });

  it.each([
    ['a check that is none', { 'note:rename': 'admin' }],
    ['a target key that is gone', { 'note:rename': 'role:admin or user_id:%(owner)s' }],
    ['a rule that is gone', { 'note:rename': 'role:admin or not rule:gone' }],
    ['a rule that cannot be read', { 'note:rename': 'not rule:odd', odd: 'admin' }],
    ['a rule of ours that is replaced by one that cannot be read', { 'note:rename': 'rule:writer', writer: 'admin' }],
    ['rules in a cycle', { 'note:rename': 'not rule:odd', odd: 'rule:even', even: 'not rule:odd' }],
    ['a broken check under the earlier name', { 'note:title': 'admin' }],
  ])('refused: %s denies everybody, and does not fall back to the default', (_name, checks) => {
    expect(registryUnder(entries(checks as never), declared).faults.length).toBeGreaterThan(0);
    expect(outcome({}, inProject('member', 'admin'))).toBe('ALLOWED');
    expect(outcome(checks as never, inProject('member', 'admin'))).toBe('FORBIDDEN');
    expect(outcome(checks as never, inProject('member', 'admin'), false)).toBe('FORBIDDEN');
  });

  it('ok: while new defaults are not enforced, the earlier check allows too, but not beside an override', () => {
    expect(outcome({}, inProject('reader'))).toBe('FORBIDDEN');
    expect(outcome({}, inProject('reader'), false)).toBe('ALLOWED');
    expect(outcome({ 'note:rename': 'role:member' }, inProject('reader'), false)).toBe('FORBIDDEN');
  });

  it('ok: an earlier name counts unless the new one is given, or it only points there', () => {
    expect(outcome({ 'note:title': 'role:reader' }, inProject('reader'))).toBe('ALLOWED');
    expect(outcome({ 'note:title': 'role:reader', 'note:rename': '!' }, inProject('reader'))).toBe('FORBIDDEN');
    expect(faultsOf(entries({ 'note:title': 'rule:note:rename' }), declared)).toEqual([]);
    expect(outcome({ 'note:title': 'rule:note:rename' }, inProject('member'))).toBe('ALLOWED');
  });
});

describe('lockedOut', () => {
  it.each([
    ['role:admin', []],
    ['role:reader', []],
    ['@', []],
    ['role:admin and system_scope:all', []],
    ['role:manager and not role:nobody', ['keys:turn']],
    ['!', ['keys:turn']],
    ['role:admin and user_id:alice', ['keys:turn']],
    ['role:admin and domain_id:d', ['keys:turn']],
  ])('ok: the administrator under %s', (check, expected) => {
    expect(lockedOut(entries({ 'keys:turn': check }), declared, implies)).toEqual(expected);
  });

  it.each([
    ['role:admin and None:%(author)s', []],
    ['role:admin and None:%(project_id)s', ['keys:find']],
  ])('ok: the administrator within the boundary, under %s', (check, expected) => {
    expect(lockedOut(entries({ 'keys:find': check }), declared, implies)).toEqual(expected);
  });

  it('ok: what cannot be judged in time counts as locking out', () => {
    const pairs = Array.from({ length: 40 }, (_, i) => `(role:a${i} or role:b${i})`).join(' and ');
    const halves = Array.from({ length: 40 }, (_, i) => `not role:a${i} and not role:b${i}`).join(' or ');
    // It lets everybody in, but to see that takes too long.
    const check = `not ((${pairs}) and (${halves}))`;
    expect(lockedOut(entries({ 'keys:turn': check }), declared, implies)).toEqual(['keys:turn']);
  });

  it('ok: other policies may be closed altogether', () => {
    expect(lockedOut(entries({ 'note:rename': '!', 'viewer:get': '!' }), declared, implies)).toEqual([]);
  });
});
