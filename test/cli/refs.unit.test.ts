import { describe, expect, test } from 'vitest';
import { agentRef, allowlistRef, groupRef, projectRef, roleRef, userRef } from '../../src/cli/common/refs.js';
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
    ['web', { name: 'web' }],
    ['acme/web', { inDomain: { name: 'web', domain: 'acme' } }],
    ['acme/web/old', { inDomain: { name: 'web/old', domain: 'acme' } }],
    [`prj_${UUID}`, { id: `prj_${UUID}` }],
  ])('ok: project %s', (text, ref) => expect(projectRef(text)).toEqual(ref));

  test.each([
    ['auditor', { name: 'auditor' }],
    ['acme/oncall', { inDomain: { name: 'oncall', domain: 'acme' } }],
    [`rol_${UUID}`, { id: `rol_${UUID}` }],
  ])('ok: role %s', (text, ref) => expect(roleRef(text)).toEqual(ref));

  test('ok: groups and users have the same forms', () => {
    expect(groupRef('acme/ops')).toEqual({ inDomain: { name: 'ops', domain: 'acme' } });
    expect(userRef('alice')).toEqual({ name: 'alice' });
  });
});

describe('scopes', () => {
  test.each([
    [{ system: true }, { system: true }, 'system'],
    [{ domainScope: 'acme' }, { domain: { name: 'acme' } }, 'domain acme'],
    [{ project: 'acme/web' }, { project: { inDomain: { name: 'web', domain: 'acme' } } }, 'project acme/web'],
  ])('ok: %j', (options, ref, words) => {
    expect([scopeRef(options), describeScope(options)]).toEqual([ref, words]);
  });

  test('ok: none named is none', () => expect(scopeRef({})).toBeNull());
});
