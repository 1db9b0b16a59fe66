import { describe, expect, it } from 'vitest';
import { mutantOf } from './by-hand.js';
import { applied, linesOf } from './mutations.js';

const TEXT = `const a = f(1, {
  b: 2,
});
if (a) g(a.b, 3);
g(3);
g(3);
`;
const fault = (before: string, after: string | null) => ({ file: 'src/a.ts', before, after, harm: 'none' });

describe('mutantOf', () => {
  it('ok: an expression of several lines is replaced as one, and the line is that of the difference', () => {
    const mutant = mutantOf(TEXT, fault('f(1, {\n  b: 2,\n})', 'f(1, {\n  b: 4,\n})'));
    if (mutant === null) throw new Error('not found');
    expect(applied(TEXT, mutant)).toContain('const a = (f(1, {\n  b: 4,\n}));');
    expect(linesOf(TEXT, mutant)).toEqual({ before: 'b: 2,', after: 'b: 4,' });
  });

  it('ok: a statement is left out', () => {
    const mutant = mutantOf(TEXT, fault('if (a) g(a.b, 3);', null));
    expect(mutant && applied(TEXT, mutant)).toContain('});\n;\ng(3);');
  });

  it('gone: a text that is not there any more', () => {
    expect(mutantOf(TEXT, fault('g(4)', 'g(5)'))).toBeNull();
  });

  it.each([
    ['has more than one place', 'g(3)', 'g(4)'],
    ['is no expression', 'b, 3', 'b, 4'],
    ['is no expression', 'if (a) g(a.b, 3);', 'g(4)'],
    ['is no statement', 'a.b', null],
  ])('invalid: a fault that %s: %s', (problem, before, after) => {
    expect(() => mutantOf(TEXT, fault(before, after))).toThrow(problem);
  });
});
