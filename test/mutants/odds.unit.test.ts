import { describe, expect, it } from 'vitest';
import { Odds, within } from './odds.js';

describe('Odds', () => {
  const tests = [
    { file: 'slow', ms: 3000 },
    { file: 'quick', ms: 1000 },
  ];
  const orderOf = (odds: Odds, source: string) => odds.ordered(source, tests).map(({ file }) => file);

  it('ok: the quickest first, until a slower one notices more for its time, for that source only', () => {
    const odds = new Odds();
    expect(orderOf(odds, 'a.ts')).toEqual(['quick', 'slow']);
    for (let n = 0; n < 5; n++) odds.learn('a.ts', odds.ordered('a.ts', tests), new Set(['slow']));
    expect(orderOf(odds, 'a.ts')).toEqual(['slow', 'quick']);
    expect(orderOf(odds, 'b.ts')).toEqual(['quick', 'slow']);
  });

  it('ok: a test that did not run, since one before it failed, is no less likely to notice the next fault', () => {
    const odds = new Odds();
    const same = tests.map(({ file }) => ({ file, ms: 1000 }));
    odds.learn('a.ts', same, new Set(['slow']));
    for (let n = 0; n < 3; n++) odds.learn('a.ts', same.slice(0, 1), new Set());
    expect(odds.ordered('a.ts', same).map(({ file }) => file)).toEqual(['quick', 'slow']);
  });
});

describe('within', () => {
  it('ok: those that come first, up to the time for all; what is behind one that is too long is left out too', () => {
    const [quick, slow] = [
      { file: 'quick', ms: 1000 },
      { file: 'slow', ms: 3000 },
    ];
    expect(within([quick, slow, quick], 4000)).toEqual([quick, slow]);
    expect(within([slow, quick], 2999)).toEqual([]);
  });
});
