import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Verdicts } from './verdicts.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-verdicts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Texts of test files, which a later run may find other. */
const digestOf = (texts: Readonly<Record<string, string>>) => (tests: readonly string[]) =>
  tests.map((test) => texts[test]).join();

describe('Verdicts', () => {
  const BOTH = ['a.test.ts', 'b.test.ts'];
  const TEXTS = { 'a.test.ts': 'a', 'b.test.ts': 'b', 'c.test.ts': 'c' };
  const later = (texts: Readonly<Record<string, string>>) =>
    new Verdicts(join(folder, 'verdicts.json'), digestOf(texts));

  it('ok: what was kept is known to a later run, of the same text only', () => {
    const verdicts = later(TEXTS);
    expect(verdicts.of('src/x.ts', 'changed', BOTH)).toBeUndefined();
    verdicts.keep('src/x.ts', 'changed', 'killed', ['a.test.ts']);
    verdicts.save();
    expect(later(TEXTS).of('src/x.ts', 'changed', BOTH)).toBe('killed');
    expect(later(TEXTS).of('src/x.ts', 'other', BOTH)).toBeUndefined();
    expect(later(TEXTS).of('src/y.ts', 'changed', BOTH)).toBeUndefined();
  });

  it('stale: a kill when its test is another, a survivor when any test is; neither is compiled again', () => {
    const verdicts = later(TEXTS);
    verdicts.keep('src/x.ts', 'killed', 'killed', ['a.test.ts']);
    verdicts.keep('src/x.ts', 'survived', 'survived', BOTH);
    verdicts.keep('src/x.ts', 'none', 'none');
    verdicts.save();
    const both = (texts: Readonly<Record<string, string>>, tests: readonly string[]) =>
      ['killed', 'survived', 'none'].map((changed) => later(texts).of('src/x.ts', changed, tests));
    expect(both(TEXTS, BOTH)).toEqual(['killed', 'survived', 'none']);
    expect(both({ ...TEXTS, 'a.test.ts': 'other' }, BOTH)).toEqual(['compiles', 'compiles', 'none']);
    expect(both({ ...TEXTS, 'b.test.ts': 'other' }, BOTH)).toEqual(['killed', 'compiles', 'none']);
    expect(both(TEXTS, [...BOTH, 'c.test.ts'])).toEqual(['killed', 'compiles', 'none']);
  });
});
