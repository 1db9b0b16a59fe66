import { describe, expect, it } from 'vitest';
import { fallen, isIn, recorded, type Score, type Scores, sampleIn, scoreOf, type Verdict } from './scores.js';

const WHOLE = { share: 1, seed: 1 };
const of = (verdict: Verdict, line: number) => ({
  verdict,
  mutant: { file: 'src/a.ts', line, before: `before ${line}`, after: `after ${line}` },
});
const some = (score: number, sample = WHOLE): Score => ({ ...sample, killed: 0, survived: 0, score, survivors: [] });

describe('scoreOf', () => {
  it('ok: what does not compile is no mutant; a score is never rounded up', () => {
    const verdicts = [of('killed', 1), of('killed', 2), of('survived', 3), of('none', 4), of('none', 5)];
    expect(scoreOf(WHOLE, verdicts, undefined)).toEqual({
      ...WHOLE,
      killed: 2,
      survived: 1,
      score: 66.6,
      survivors: [{ ...of('survived', 3).mutant, reason: null }],
    });
  });

  it('ok: a reason stays with its line wherever that goes, and raises no score', () => {
    const first = scoreOf(WHOLE, [of('survived', 3), of('survived', 4)], undefined);
    const [one, other] = first.survivors;
    if (!one || !other) throw new Error('no survivors');
    const known = {
      ...first,
      survivors: [
        { ...one, line: 2, reason: 'the same either way' },
        { ...other, after: 'x' },
      ],
    };
    const again = scoreOf(WHOLE, [of('survived', 3), of('survived', 4)], known);
    expect(again.survivors.map(({ line, reason }) => [line, reason])).toEqual([
      [3, 'the same either way'],
      [4, null],
    ]);
    expect(again.score).toBe(0);
  });
});

describe('isIn', () => {
  const names = Array.from({ length: 2000 }, (_, n) => `mutant ${n}`);
  const chosen = (share: number, seed: number) => names.filter((name) => isIn({ share, seed }, name));

  it('ok: a share of all, the same each time, and another with another seed', () => {
    expect(chosen(0.1, 1)).toEqual(chosen(0.1, 1));
    expect(chosen(0.1, 1).length).toBeGreaterThan(150);
    expect(chosen(0.1, 1).length).toBeLessThan(250);
    expect(chosen(0.1, 2)).not.toEqual(chosen(0.1, 1));
    expect(chosen(1, 1)).toHaveLength(2000);
  });

  it('ok: a larger share has all of a smaller one', () => {
    expect(chosen(0.3, 1)).toEqual(expect.arrayContaining(chosen(0.1, 1)));
  });
});

describe('fallen', () => {
  it('stale: a folder whose score is lower; ok: one that rose, is new, or was of another sample', () => {
    const before: Scores = { a: some(80), b: some(80), c: some(80, { share: 0.5, seed: 1 }), d: some(80) };
    const after: Scores = { a: some(79.9), b: some(80), c: some(10), d: some(10, { share: 1, seed: 2 }), e: some(1) };
    expect(fallen(before, after)).toEqual(['a: 79.9 %, and it was 80 %']);
  });
});

describe('recorded', () => {
  it('ok: a smaller sample takes the place of no larger one, and folders that were not looked at stay', () => {
    const half = { share: 0.5, seed: 1 };
    const before: Scores = { a: some(80), b: some(80, half), c: some(80) };
    const after: Scores = { a: some(90, half), b: some(90) };
    expect(recorded(before, after)).toEqual({ a: some(80), b: some(90), c: some(80) });
  });
});

describe('sampleIn', () => {
  it('ok: all by default; invalid: a share or a seed that is none, by its name', () => {
    expect(sampleIn({})).toEqual(WHOLE);
    expect(sampleIn({ MUTANTS_SHARE: '0.25', MUTANTS_SEED: '7' })).toEqual({ share: 0.25, seed: 7 });
    for (const share of ['0', '1.5', 'x', ''])
      expect(() => sampleIn({ MUTANTS_SHARE: share })).toThrow('MUTANTS_SHARE');
    expect(() => sampleIn({ MUTANTS_SEED: '1.5' })).toThrow('MUTANTS_SEED');
  });
});
