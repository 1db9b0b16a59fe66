import { describe, expect, test } from 'vitest';
import { choiceOf, isWithoutScope } from '../../console/src/shell/choice.js';
import { wayTo } from '../../console/src/shell/kinds.js';

const none = { domainId: null, domainName: null, projectId: null, projectName: null, roles: ['reader'] };

describe('a scope to choose', () => {
  test('ok: each kind has its address and its name', () => {
    const domain = { domainId: 'dom_1', domainName: 'acme' };
    const project = { projectId: 'prj_1', projectName: 'web' };
    expect(choiceOf({ type: 'SYSTEM', ...none })).toMatchObject({ scope: 'system', name: 'the deployment' });
    expect(choiceOf({ type: 'DOMAIN', ...none, ...domain })).toMatchObject({ scope: 'domain:dom_1', name: 'acme' });
    const inside = choiceOf({ type: 'PROJECT', ...none, ...domain, ...project });
    expect(inside).toEqual({ scope: 'project:prj_1', kind: 'Project', name: 'acme / web', roles: ['reader'] });
  });

  test('ok: whoever can choose no scope but none is without', () => {
    const nowhere = { scope: 'unscoped', kind: 'No scope', name: '', roles: [] } as const;
    expect(isWithoutScope({ choices: [nowhere], hasMore: false })).toBe(true);
    expect(isWithoutScope({ choices: [{ ...nowhere, scope: 'system' }, nowhere], hasMore: false })).toBe(false);
  });
});

describe('what a search found', () => {
  const hit = {
    kind: 'AGENT',
    id: 'agt_1',
    name: 'web-1',
    domain: { name: 'acme' },
    project: { name: 'web' },
  } as const;

  test('ok: an object leads to its page, with where it belongs', () => {
    expect(wayTo(hit)).toMatchObject({ path: ['agents', 'agt_1'], label: 'web-1', hint: 'agent of acme / web' });
    expect(wayTo({ ...hit, name: null, domain: null, project: null })).toMatchObject({ label: 'agt_1', hint: 'agent' });
  });

  test('hidden: a kind without a page leads nowhere', () => {
    expect(wayTo({ ...hit, kind: 'JOIN_TOKEN' })).toBeNull();
  });
});
