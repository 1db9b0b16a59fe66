import { describe, expect, it } from 'vitest';
import { applied, linesOf, mutantsOf } from './mutations.js';

/** Each mutant's kind and the whole text with it. */
const mutated = (text: string) => mutantsOf(text).map((mutant) => [mutant.kind, applied(text, mutant)]);

describe('mutantsOf', () => {
  it.each([
    ['if (a) b = 1;', [['condition', 'if (!(a)) b = 1;']]],
    ['x = a ? 1 : 2;', [['condition', 'x = !(a) ? 1 : 2;']]],
    ['while (a) b = 1;', [['condition', 'while (!(a)) b = 1;']]],
    ['if (a === b) c = 1;', [['comparison', 'if (a !== b) c = 1;']]],
    ['x = a && b;', [['logic', 'x = a || b;']]],
    ['x = a || b;', [['logic', 'x = a && b;']]],
    ['x = a ?? b;', [['fallback', 'x = b;']]],
    ['x = a < b;', [['comparison', 'x = a <= b;']]],
    ['x = a >= b;', [['comparison', 'x = a > b;']]],
    ['x = a === b;', [['comparison', 'x = a !== b;']]],
    ['x = a + b;', [['sum', 'x = a - b;']]],
    ['x = (a) - (b);', [['sum', 'x = (a) + (b);']]],
    ['x = true;', [['boolean', 'x = false;']]],
    ['throw a;', [['throw', ';']]],
    ['f();', [['call', ';']]],
    ['await f();', [['call', ';']]],
  ])('ok: %s', (text, expected) => {
    expect(mutated(text)).toEqual(expected);
  });

  it('ok: an operator takes what the former one took', () => {
    expect(mutated('x = a && b && c;')).toEqual([
      ['logic', 'x = (a || b) && c;'],
      ['logic', 'x = a && b || c;'],
    ]);
  });

  it('ok: an early return is dropped, alone or at the end of a block; the last of a function is not', () => {
    const dropped = (text: string) =>
      mutated(text)
        .filter(([kind]) => kind === 'return')
        .map(([, whole]) => whole);
    expect(dropped('function f() { if (a) return 1; return 2; }')).toEqual(['function f() { if (a) ; return 2; }']);
    expect(dropped('function f() { if (a) { b = 1; return 1; } }')).toEqual(['function f() { if (a) { b = 1; ; } }']);
  });

  it('ok: nothing of a type, an import or a text is changed', () => {
    const text = `import { a } from './a&&b.js';
      type T = { x: true } | false;
      interface I { f(x: true): false }
      const s: Record<'a' | 'b', true> = '1 < 2' as T;`;
    expect(mutantsOf(text)).toEqual([]);
  });

  it('ok: what runs inside what is typed is changed', () => {
    expect(mutated('const x = (a && b) as true;')).toEqual([['logic', 'const x = (a || b) as true;']]);
  });

  it('ok: each is of one line, and names it', () => {
    const text = 'x = a &&\n  b < c;\nthrow new E(\n  1,\n);';
    expect(mutantsOf(text).map(({ kind, line }) => [kind, line])).toEqual([
      ['logic', 1],
      ['comparison', 2],
    ]);
    const [, second] = mutantsOf(text);
    expect(second && linesOf(text, second)).toEqual({ before: 'b < c;', after: 'b <= c;' });
  });

  it('invalid: a text that does not parse', () => {
    expect(() => mutantsOf('const = 1;')).toThrow(SyntaxError);
  });
});
