import { describe, expect, test } from 'vitest';
import { agentRef, allowlistRef, groupRef, projectRef, roleName, userRef } from '../../src/cli/common/refs.js';
import { describeScope, scopeRef } from '../../src/cli/common/scopes.js';

const UUID = '0197f3a2-4c1e-7b6d-9a00-1234567890ab';

describe('references to objects', () => {
  test.each([
    [`agt_${UUID}`, { id: `agt_${UUID}` }],
    ['web-1', { name: 'web-1' }],
    ['agt_web', { name: 'agt_web' }],
    [`alw_${UUID}`, { name: `alw_${UUID}` }],
  ])('ok: agent %s', (text, ref) => expect(agentRef(text)).toEqual(ref));

  test('ok: an allowlist by id', () => expect(allowlistRef(`alw_${UUID}`)).toEqual({ id: `alw_${UUID}` }));

  test.each([
    ['web', { name: { project: 'web', domain: 'default' } }],
    ['acme/web', { name: { project: 'web', domain: 'acme' } }],
    ['acme/web/old', { name: { project: 'web/old', domain: 'acme' } }],
    [`prj_${UUID}`, { id: `prj_${UUID}` }],
  ])('ok: project %s', (text, ref) => expect(projectRef(text)).toEqual(ref));

  test.each([
    ['auditor', { name: 'auditor', domain: null }],
    ['acme/oncall', { name: 'oncall', domain: 'acme' }],
    [`rol_${UUID}`, { id: `rol_${UUID}` }],
  ])('ok: role %s', (text, ref) => expect(roleName(text)).toEqual(ref));

  test('ok: a name without a domain is of the given one', () => {
    expect(groupRef('ops', 'acme')).toEqual({ name: { group: 'ops', domain: 'acme' } });
    expect(userRef('alice', 'acme')).toEqual({ name: { user: 'alice', domain: 'acme' } });
  });
});

describe('scopes', () => {
  test.each([
    [{ system: true }, { system: true }, 'system'],
    [{ domainScope: 'acme' }, { domain: { name: 'acme' } }, 'domain acme'],
    [{ project: 'web' }, { project: { name: { project: 'web', domain: 'acme' } } }, 'project web'],
  ])('ok: %j', (options, ref, words) => {
    expect([scopeRef(options, 'acme'), describeScope(options)]).toEqual([ref, words]);
  });

  test('ok: none named is none', () => expect(scopeRef({})).toBeNull());
});
