import { readFileSync } from 'node:fs';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { compileExcludes, ExcludeList } from '../../../src/attestation/runtime-policy/excludes.js';

/**
 * What `re.match` of Python 3.11 says of each name, or the error with which it refuses the pattern. Recorded by
 * `python3 test/prove/python_regex.py test/fixtures/python-regex.json`; `npm run prove -- regex` checks it.
 */
interface Row {
  readonly construct: string;
  readonly pattern: string;
  readonly names: readonly string[];
  readonly matches?: readonly boolean[];
  readonly error?: string;
  /** What our own refusal says. */
  readonly refused?: string;
}

const ROWS: readonly Row[] = JSON.parse(
  readFileSync(new URL('../../fixtures/python-regex.json', import.meta.url), 'utf8'),
);
const PAGE = readFileSync(new URL('../../../docs/attestation.md', import.meta.url), 'utf8');

function matchesOf({ pattern, names }: Row, test: (name: string) => boolean = compileExcludes([pattern])) {
  return names.map((name) => test(name));
}

/** What RE2 would make of the pattern as it stands. */
function untranslated(row: Row): readonly boolean[] | 'refused' {
  try {
    const compiled = RE2JS.compile(row.pattern);
    return matchesOf(row, (name) => compiled.matcher(name).lookingAt());
  } catch {
    return 'refused';
  }
}

describe('excludes beside Python', () => {
  for (const row of ROWS) {
    const shown = `${row.construct} in ${JSON.stringify(row.pattern)}`;
    if (row.refused === undefined) {
      it(`ok: ${shown} matches what Python matches`, () => {
        expect(new ExcludeList().add(row.pattern)).toBeNull();
        expect(matchesOf(row)).toEqual(row.matches);
      });
    } else {
      it(`refused: ${shown}, by name and place`, () => {
        const message = new ExcludeList().add(row.pattern);
        expect(message).toContain('the regular expression cannot be used: ');
        expect(message).toContain(row.refused);
        expect(message).toMatch(/, at character \d+$/);
      });
    }
  }

  it('ok: the rows are worth having: RE2 alone would say something else of most constructs', () => {
    const differs = (row: Row) => JSON.stringify(untranslated(row)) !== JSON.stringify(row.matches ?? 'refused');
    const constructs = new Set(ROWS.filter(differs).map(({ construct }) => construct));
    expect(constructs.size).toBeGreaterThan(30);
  });

  it('ok: the page names every construct of the rows, and no other', () => {
    const section = PAGE.split('## Regular expressions')[1]?.split('\n## ')[0] ?? '';
    const told = [...section.matchAll(/^\| (`.+?`(?:, `.+?`)*) +\|/gm)].flatMap(([, cell = '']) =>
      cell.split(', ').map((name) => name.slice(1, -1).replaceAll('\\|', '|')),
    );
    const wanted = new Set(ROWS.map(({ construct }) => construct).filter((construct) => construct !== 'plain'));
    expect([...new Set(told)].sort()).toEqual([...wanted].sort());
  });

  it('refused: a pattern that would take too large a program, before the program is made', () => {
    // RE2 was not asked yet: it would say "invalid repeat count", or make a program of 100,000 instructions.
    for (const pattern of ['(?:(?:a{1000}){1000}){1000}', '(?:\\w{1000}){20}', `(?:${'a{999}'.repeat(100)})`])
      expect(new ExcludeList().add(pattern)).toMatch(/: it is too complex to be matched quickly, at character \d+$/);
    // Sets of every alphabet's letters count more: making ten thousand would take seconds.
    const list = new ExcludeList();
    expect(list.add('\\w'.repeat(400))).toBeNull();
    expect(list.add('\\w'.repeat(400))).toBe('the excludes together are too complex to be matched quickly');
    expect(list.add('a'.repeat(1000))).toBeNull();
  });

  it('ok: patterns stand beside each other without meeting: names of groups, flags, alternatives', () => {
    const test = compileExcludes(['(?i)/(?P<n>a)', '/(?P<n>b)', '/c|/d', '(?s)/e.', '/f.']);
    expect(['/A', '/B', '/b', '/d', '/e\n', '/f\n'].map(test)).toEqual([true, false, true, true, true, false]);
  });
});
