import { describe, expect, test } from 'vitest';
import { keysOf, type Residue, waysOf } from '../../../src/platform/policy/engine/residue.js';

const is = (key: string): Residue => ({ kind: 'equals', key, values: ['x'] });
const any = (...of: Residue[]): Residue => ({ kind: 'any', of });
const all = (...of: Residue[]): Residue => ({ kind: 'all', of });

describe('waysOf', () => {
  test('ok: each alternative is a way, and what all of them need is part of each', () => {
    expect(waysOf(is('a'))).toEqual([is('a')]);
    expect(waysOf(any(is('a'), is('b')))).toEqual([is('a'), is('b')]);
    expect(waysOf(all(is('a'), any(is('b'), is('c'))))).toEqual([all(is('a'), is('b')), all(is('a'), is('c'))]);
    expect(waysOf(all(any(is('a'), is('b')), any(is('c'), is('d')))).map(keysOf)).toEqual([
      ['a', 'c'],
      ['a', 'd'],
      ['b', 'c'],
      ['b', 'd'],
    ]);
  });

  test('bounded: four ways are told apart, and five are one', () => {
    const keys = ['a', 'b', 'c', 'd', 'e'];
    const of = (count: number) => any(...keys.slice(0, count).map(is));
    expect(waysOf(of(4))).toHaveLength(4);
    expect(waysOf(of(5))).toEqual([of(5)]);
    expect(waysOf(all(any(is('a'), is('b')), any(is('c'), is('d'), is('e'))))).toHaveLength(1);
  });
});
