import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alignColumns, formatList, formatObject, formatValue, printable, toJson } from '../../src/cli/common/output.js';
import { renderBar } from '../../src/cli/common/progress.js';

type Item = {
  readonly id: string;
  readonly name?: string;
  readonly currentRevision?: { readonly number: number } | null;
};

const ROWS: readonly Item[] = [
  { id: 'alw_1', name: 'web', currentRevision: { number: 12 } },
  { id: 'alw_2', name: 'database', currentRevision: null },
];
const COLUMNS = [
  ['NAME', 'name'],
  ['REVISION', 'currentRevision.number'],
] as const;

describe('output of lists', () => {
  test('ok: a table has a header, aligned columns and a dash for what is absent', () => {
    expect(formatList('table', ROWS, COLUMNS)).toBe('NAME      REVISION\nweb       12\ndatabase  -');
  });

  test('ok: an empty table still has its header, and no names is no output', () => {
    expect(formatList<Item>('table', [], COLUMNS)).toBe('NAME  REVISION');
    expect(formatList<Item>('name', [], COLUMNS)).toBe('');
  });

  test('ok: JSON is what the API answered, all of it', () => {
    expect(JSON.parse(formatList('json', ROWS, COLUMNS))).toEqual(ROWS);
  });

  test('ok: names are one a line, and ids stand in for them', () => {
    expect(formatList('name', [...ROWS, { id: 'asg_3' }], COLUMNS)).toBe('web\ndatabase\nasg_3');
  });
});

describe('output of one object', () => {
  test('ok: a line for each member', () => {
    expect(
      formatObject('table', { name: 'web', roles: ['admin', 'reader'], isOld: false }, [
        ['Name', 'name'],
        ['Roles', 'roles'],
        ['Is old', 'isOld'],
      ]),
    ).toBe('Name    web\nRoles   admin, reader\nIs old  no');
  });
});

describe('what others wrote', () => {
  test('ok: control characters are shown, not obeyed', () => {
    expect(printable('a\u001b[2Jb\u202ec\n')).toBe('a\\u{1b}[2Jb\\u{202e}c\\u{a}');
  });

  test('ok: no value puts a control character or a second line on the terminal', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        expect(formatValue(value)).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
      }),
    );
  });

  test('ok: JSON steers no terminal, and is read as what it was', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = toJson(value);
        expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    const steering = '\u009b2J\u202e\u{e0041}';
    expect(toJson(steering)).toBe('"\\u009b2J\\u202e\\udb40\\udc41"');
    expect(JSON.parse(toJson(steering))).toBe(steering);
  });

  test('ok: every cell of a column begins at the same place', () => {
    const cell = fc.stringMatching(/^[a-z]{0,9}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1 }), (rows) => {
        const width = Math.max(...rows.map(([first]) => first.length)) + 2;
        for (const [index, line] of alignColumns(rows).split('\n').entries()) {
          expect(line.slice(0, width).trimEnd()).toBe(rows[index]?.[0]);
        }
      }),
    );
  });
});

describe('the progress bar', () => {
  test.each([
    [0, 100, '[..............................]   0 %  0.0 of 0.0 MiB'],
    [50 * 2 ** 20, 100 * 2 ** 20, '[###############...............]  50 %  50.0 of 100.0 MiB'],
    [0, 0, '[##############################] 100 %  0.0 of 0.0 MiB'],
  ])('ok: %i of %i', (done, total, bar) => {
    expect(renderBar(done, total)).toBe(bar);
  });
});
