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

  test('bounded: ten ways are told apart, and eleven are one', () => {
    const of = (count: number, prefix = 'k') => any(...Array.from({ length: count }, (_, n) => is(`${prefix}${n}`)));
    expect(waysOf(of(10))).toHaveLength(10);
    expect(waysOf(of(11))).toEqual([of(11)]);
    expect(waysOf(all(of(2, 'a'), of(5, 'b')))).toHaveLength(10);
    expect(waysOf(all(of(2, 'a'), of(6, 'b')))).toHaveLength(1);
  });

  test('ok: each value of a key is a way', () => {
    const values: Residue = { kind: 'equals', key: 'a', values: ['x', 'y'] };
    expect(waysOf(values)).toEqual([is('a'), { kind: 'equals', key: 'a', values: ['y'] }]);
  });
});
