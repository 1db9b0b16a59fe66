import { describe, expect, it } from 'vitest';
import { mutantsOf } from './mutations.js';
import { switched } from './switches.js';

const HEADER = `import { isMutant as __mutant } from '../../mutant.js'; `;
const allOf = (text: string) => {
  const whole = switched(
    'src/a/b/c.ts',
    text,
    mutantsOf(text).map((mutant, n) => ({ id: n + 1, mutant })),
  );
  expect(whole.startsWith(HEADER)).toBe(true);
  return whole.slice(HEADER.length);
};

/** The value of an expression with one mutant, or with none. */
const resultOf = (expression: string, active: number): unknown =>
  new Function('__mutant', `return ${allOf(`${expression};`)}`)((id: number) => id === active);

describe('switched', () => {
  it('ok: an expression has its fault beside it, a statement is left out, and what follows an if stays with it', () => {
    expect(allOf('x = a || b;')).toBe('x = (__mutant(1) ? (a && b) : (a || b));');
    expect(allOf('f();')).toBe('{ if (!__mutant(1)) f(); }');
    expect(allOf('if (a === b) throw c; else d = 1;')).toBe(
      'if ((__mutant(1) ? (a !== b) : (a === b))) { if (!__mutant(2)) throw c; } else d = 1;',
    );
  });

  it('ok: faults of one place and within each other', () => {
    expect(allOf('if (a && true) f();')).toBe(
      'if ((__mutant(1) ? (!(a && true)) : __mutant(2) ? (a || true) : (a && (__mutant(3) ? (false) : (true))))) { if (!__mutant(4)) f(); }',
    );
  });

  it('ok: with a mutant the text does as the mutant’s text does, whatever else is switched', () => {
    const expressions = [
      'true && false || true',
      '1 + 2 - 3 < 4 === true',
      '(null ?? 1 + 2) - 1',
      'true && true && false',
    ];
    for (const expression of expressions) {
      expect(resultOf(expression, 0)).toBe(new Function(`return ${expression}`)());
      for (const [n, { start, end, replacement }] of mutantsOf(`${expression};`).entries()) {
        const changed = `${expression.slice(0, start)}${replacement}${expression.slice(end)}`;
        expect(resultOf(expression, n + 1)).toBe(new Function(`return ${changed}`)());
      }
    }
  });
});
