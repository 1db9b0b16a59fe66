import { describe, expect, test } from 'vitest';
import { browserOf } from '../../console/src/pages/access/browser.js';
import { endOf } from '../../console/src/pages/access/ends.js';
import {
  holderOf,
  partsOf,
  principalOf,
  roleRefOf,
  scopeNames,
  scopeRefOf,
} from '../../console/src/pages/access/refs.js';
import { validateRights } from '../../console/src/pages/rights/search.js';
import { treesOf } from '../../console/src/pages/rights/tree.js';
import { newPassword } from '../../console/src/pages/users/password.js';

const NOW = Date.parse('2026-11-30T12:00:00Z');

describe('browsers', () => {
  test('ok: they are told as people call them', () => {
    const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36';
    expect(browserOf(chrome)).toBe('Chrome on Linux');
    expect(browserOf(`${chrome} Edg/141.0`)).toBe('Edge on Linux');
    expect(browserOf('Mozilla/5.0 (Macintosh; Intel Mac OS X 15.1; rv:145.0) Gecko/20100101 Firefox/145.0')).toBe(
      'Firefox on macOS',
    );
  });

  test('ok: what is none keeps its own words', () => {
    expect(browserOf('curl/8.14')).toBe('curl/8.14');
    expect(browserOf(null)).toBe('unknown');
  });
});

describe('ends of grants', () => {
  test('ok: a week is seven days from now', () => {
    expect(endOf('week', '', NOW)?.toISOString()).toBe('2026-12-07T12:00:00.000Z');
  });

  test('ok: no end is null, and a time that is not given yet is unknown', () => {
    expect(endOf('none', '', NOW)).toBeNull();
    expect(endOf('at', '', NOW)).toBeUndefined();
    expect(endOf('at', '2026-12-24T18:00:00Z', NOW)?.toISOString()).toBe('2026-12-24T18:00:00.000Z');
  });
});

describe('words that stand for objects', () => {
  test('ok: each becomes the reference that the API takes', () => {
    expect(scopeRefOf('system')).toEqual({ system: true });
    expect(scopeRefOf('domain:d1')).toEqual({ domain: { id: 'd1' } });
    expect(scopeRefOf('project:p1')).toEqual({ project: { id: 'p1' } });
    expect(principalOf('agent:a1')).toEqual({ agent: { id: 'a1' } });
    expect(holderOf('group:g1')).toEqual({ group: { id: 'g1' } });
    expect(roleRefOf('name:reader')).toEqual({ name: 'reader' });
    expect(roleRefOf('r1')).toEqual({ id: 'r1' });
  });

  test('invalid: another word stands for nothing', () => {
    for (const word of [undefined, '', 'user:', 'system:1', 'nonsense']) {
      expect(scopeRefOf(word)).toBeUndefined();
      expect(principalOf(word)).toBeUndefined();
    }
    expect(partsOf('nonsense')).toEqual(['', '']);
  });

  test('hidden: a scope that may not be read has no word', () => {
    expect(scopeNames({ type: 'PROJECT', domain: null, project: null })).toEqual({
      word: undefined,
      label: 'a project',
    });
  });
});

describe('questions about rights', () => {
  test('ok: an address keeps what fits, and leaves out the rest', () => {
    const given = { ask: 'why', who: 'user:u1', at: 'system', policy: 'agent:ban', target: ['a'], other: 'x' };
    expect(validateRights(given)).toEqual({ ask: 'why', who: 'user:u1', at: 'system', policy: 'agent:ban' });
    expect(validateRights({ ask: 'else', who: 'x'.repeat(301) })).toEqual({});
  });

  test('ok: parts of a check hang on the part before them that is one less deep', () => {
    const parts = ['0 and', '1 or', '2 a', '2 b', '1 c', '0 boundary'].map((text) => {
      const [depth, check] = text.split(' ');
      return { depth: Number(depth), check };
    });
    const shape = (nodes: ReturnType<typeof treesOf<(typeof parts)[number]>>): unknown =>
      nodes.map(({ check, parts: inside }) => (inside.length > 0 ? [check.check, shape(inside)] : check.check));
    expect(shape(treesOf(parts))).toEqual([['and', [['or', ['a', 'b']], 'c']], 'boundary']);
  });
});

describe('first passwords', () => {
  test('ok: each is long and another', () => {
    const made = new Set(Array.from({ length: 100 }, newPassword));
    expect(made.size).toBe(100);
    for (const password of made) expect(password).toMatch(/^([a-z2-9]{6}-){3}[a-z2-9]{6}$/);
  });
});
