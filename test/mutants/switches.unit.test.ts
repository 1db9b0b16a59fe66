import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mutantsOf } from './mutations.js';
import { ACTIVE_FILE, activeText, REACHED_FILE, REACHING, SWITCH_SOURCE, switched } from './switches.js';

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

describe('SWITCH_SOURCE', () => {
  let tree: string;
  beforeEach(() => {
    tree = mkdtempSync(join(tmpdir(), 'bailiwick-switches-'));
    mkdirSync(join(tree, 'src'));
    writeFileSync(join(tree, 'src', 'mutant.mjs'), SWITCH_SOURCE);
  });
  afterEach(() => rmSync(tree, { recursive: true }));

  /** Runs a module beside it; answers what ended it, and what was written down. */
  function run(active: string, text: string) {
    const reached = join(tree, REACHED_FILE);
    rmSync(reached, { force: true });
    writeFileSync(join(tree, ACTIVE_FILE), active);
    writeFileSync(join(tree, 'src', 'main.mjs'), `import { isMutant } from './mutant.mjs'; ${text}`);
    const { status, signal } = spawnSync(process.execPath, [join(tree, 'src', 'main.mjs')], { env: {} });
    return { ended: signal ?? status, reached: existsSync(reached) ? readFileSync(reached, 'utf8') : '' };
  }
  const exit = 'process.exit(isMutant(1) ? 1 : isMutant(2) ? 2 : 0);';

  it('ok: one mutant is active, or none', () => {
    expect([0, 1, 2, 3].map((id) => run(activeText(id), exit).ended)).toEqual([0, 1, 2, 0]);
    expect(run(activeText(1), exit).reached).toBe('');
  });

  it('ok: what is reached is written down once, and once more when it is reached very often', () => {
    expect(run(REACHING, exit)).toEqual({ ended: 0, reached: '1\n2\n' });
    expect(run(REACHING, 'isMutant(1); for (let n = 0; n < 1e5; n++) isMutant(2);').reached).toBe('1\n2\n-2\n');
  });

  it('ok: a loop without end at a fault ends its process, unless it is run so often without one', () => {
    const loop = 'let n = 0; while (isMutant(1) && n < 2e7) n++;';
    expect(run(activeText(1), loop).ended).toBe('SIGKILL');
    expect(run(activeText(1, true), loop).ended).toBe(0);
  });
});
