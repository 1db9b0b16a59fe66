import { describe, expect, test } from 'vitest';
import { faultOf } from '../../console/src/api/faults.js';
import { isScope, scopeOf } from '../../console/src/api/scope.js';
import { differencesOf } from '../../console/src/kit/changes.js';
import { obstacleOf, type Permission, permissionFor } from '../../console/src/kit/permission.js';
import { defineSearch, orderOf, parseSearch, stringifySearch } from '../../console/src/kit/search.js';

describe('the address of a list', () => {
  const search = defineSearch({ nameStartsWith: 'text', states: ['FAILED', 'STALE'] }, ['NAME']);

  test('ok: what was chosen comes back from the address', () => {
    const chosen = { nameStartsWith: 'web & <b>', states: ['FAILED', 'STALE'], order: '-NAME', after: 'c1' } as const;
    expect(search.validate(parseSearch(stringifySearch(chosen)))).toEqual(chosen);
  });

  test('ok: one word is a list of one', () => {
    expect(search.validate(parseSearch('?states=STALE'))).toEqual({ states: ['STALE'] });
    expect(stringifySearch({ states: undefined })).toBe('');
  });

  test('refused: what the list does not know is left out', () => {
    const address = '?states=NONE&order=SIZE&nameStartsWith=&other=1&nameStartsWith=';
    expect(search.validate(parseSearch(address))).toEqual({});
    expect(search.validate({ nameStartsWith: 'x'.repeat(1001), after: 7 })).toEqual({});
  });

  test('ok: an order is a field and a direction', () => {
    expect(orderOf<'NAME'>('-NAME')).toEqual({ field: 'NAME', direction: 'DESC' });
    expect(orderOf<'NAME'>('NAME')).toEqual({ field: 'NAME', direction: 'ASC' });
    expect(orderOf(undefined)).toBeNull();
  });
});

describe('scopes', () => {
  test('ok: the address and the API name the same scopes', () => {
    expect(scopeOf({ type: 'SYSTEM' })).toBe('system');
    expect(scopeOf({ type: 'PROJECT', domain: null, project: { id: 'prj_1' } })).toBe('project:prj_1');
    expect(scopeOf({ type: 'DOMAIN', domain: null })).toBeNull();
    expect(isScope('domain:dom_01-a')).toBe(true);
  });

  test.each(['', 'systems', 'domain:', 'project:../x', 'agent:agt_1', 'domain:a b'])('refused: %j', (text) => {
    expect(isScope(text)).toBe(false);
  });
});

describe('what the viewer may do', () => {
  const denied: Permission = {
    operation: 'banAgent',
    isAllowed: false,
    reason: 'FORBIDDEN',
    scopeTypes: [],
    requires: [],
  };

  test('denied: without an answer nothing can be done', () => {
    expect(obstacleOf(undefined)).toMatch(/not known/);
    expect(permissionFor({ viewerCan: null }, 'banAgent')).toBeUndefined();
    expect(permissionFor({ viewerCan: [denied] }, 'resetAgent')).toBeUndefined();
    expect(permissionFor({ viewerCan: [denied] }, 'banAgent')).toBe(denied);
  });

  test('denied: says what would allow it', () => {
    expect(obstacleOf({ ...denied, requires: [{ role: 'admin', scopeType: 'PROJECT' }] })).toBe(
      'You need the role admin on this project.',
    );
    expect(obstacleOf({ ...denied, reason: 'WRONG_SCOPE', scopeTypes: ['PROJECT', 'SYSTEM'] })).toMatch(
      /a project or the system/,
    );
    expect(obstacleOf(denied)).toMatch(/do not allow/);
    expect(obstacleOf({ ...denied, isAllowed: true })).toBeNull();
  });
});

describe('what went wrong', () => {
  test('ok: every code of the API has words of its own, and keeps the request id', () => {
    const codes = [
      ...['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', 'BAD_USER_INPUT', 'INVALID_CURSOR', 'RATE_LIMITED'],
      ...['UNAVAILABLE', 'INTERNAL_SERVER_ERROR'],
    ];
    const faults = codes.map((code) => faultOf({ message: 'm', extensions: { code, requestId: 'r1' } }));
    expect(new Set(faults.map(({ title }) => title)).size).toBe(codes.length);
    expect(faults.every(({ requestId }) => requestId === 'r1')).toBe(true);
  });

  test('ok: an unknown code shows what the server said', () => {
    expect(faultOf({ message: 'Out of cheese.', extensions: { code: 'NEW' } }).advice).toContain('Out of cheese.');
  });
});

test('stale: what changed under a dialog is named, before and after', () => {
  expect(differencesOf({ State: 'Trusted', Name: 'a' }, { State: 'Failed', Name: 'a' })).toEqual([
    { name: 'State', before: 'Trusted', after: 'Failed' },
  ]);
});
