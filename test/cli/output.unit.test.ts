import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { layOut, PAGE } from '../../src/cli/common/layout.js';
import { formatValue, printable, toJson } from '../../src/cli/common/output.js';
import { renderBar } from '../../src/cli/common/progress.js';
import { type Format, formatList, formatObject, type Table } from '../../src/cli/common/table.js';
import { toYaml } from '../../src/cli/common/yaml.js';

type Item = {
  readonly id: string;
  readonly name?: string;
  readonly currentRevision?: { readonly number: number } | null;
};

const ROWS: readonly Item[] = [
  { id: 'alw_1', name: 'web', currentRevision: { number: 12 } },
  { id: 'alw_2', name: 'database', currentRevision: null },
];
const TABLE: Table<Item> = {
  columns: [
    ['Name', 'name'],
    ['Revision', 'currentRevision.number'],
  ],
  wide: [['Id', 'id']],
};
const list = (format: Format, rows = ROWS, columns?: readonly string[]) => formatList({ format, columns }, rows, TABLE);

describe('output of lists', () => {
  test('ok: a table has a header, aligned columns and a dash for what is absent', () => {
    expect(list('table')).toBe('NAME      REVISION\nweb       12\ndatabase  -');
  });

  test('ok: a wide table has more columns, and cuts nothing', () => {
    expect(list('wide')).toBe('NAME      REVISION  ID\nweb       12        alw_1\ndatabase  -         alw_2');
    const name = 'x'.repeat(100);
    expect(list('wide', [{ id: 'alw_1', name }])).toContain(`\n${name}  -         alw_1`);
    expect(list('table', [{ id: 'alw_1', name }])).toContain(`\n${'x'.repeat(69)}…  -`);
  });

  test('ok: the user chooses columns and their order; invalid: one that the table does not have', () => {
    expect(list('table', ROWS, ['id', 'name'])).toBe('ID     NAME\nalw_1  web\nalw_2  database');
    expect(() => list('table', ROWS, ['owner'])).toThrow('no column owner here; choose from name, revision, id');
  });

  test('ok: an empty table still has its header, and no names is no output', () => {
    expect(list('table', [])).toBe('NAME  REVISION');
    expect(list('name', [])).toBe('');
  });

  test('ok: JSON and YAML are what the API answered, all of it', () => {
    expect(JSON.parse(list('json'))).toEqual(ROWS);
    expect(parse(list('yaml'))).toEqual(ROWS);
  });

  test('ok: names are one a line, and ids stand in for them', () => {
    expect(list('name', [...ROWS, { id: 'asg_3' }])).toBe('web\ndatabase\nasg_3');
  });
});

describe('output of one object', () => {
  const ROLES: Table<{ name: string; roles: readonly string[]; isOld: boolean }> = {
    columns: [['Name', 'name']],
    wide: [['Roles', ({ roles }) => roles.map((role) => role.toUpperCase())]],
    more: [['Is old', 'isOld']],
  };
  const row = { name: 'web', roles: ['admin', 'reader'], isOld: false };

  test('ok: a line for each member', () => {
    expect(formatObject({ format: 'table' }, row, ROLES)).toBe('Name    web\nRoles   ADMIN, READER\nIs old  no');
  });

  test('ok: a long value goes on below itself, and what has no spaces stays whole', () => {
    const roles = ['administrator', 'auditor', 'manager', 'member', 'a'.repeat(24)];
    const narrow = { format: 'table', screen: { width: 30, hasColor: false } } as const;
    expect(formatObject(narrow, { ...row, roles }, ROLES).split('\n')).toEqual([
      'Name    web',
      'Roles   ADMINISTRATOR,',
      '        AUDITOR, MANAGER,',
      '        MEMBER,',
      `        ${'A'.repeat(24)}`,
      'Is old  no',
    ]);
    const wide = formatObject({ ...narrow, format: 'wide' }, { ...row, roles }, ROLES);
    expect(wide.split('\n')).toHaveLength(3);
  });

  test('ok: the lines that the user chose', () => {
    expect(formatObject({ format: 'table', columns: ['is-old'] }, row, ROLES)).toBe('Is old  no');
  });
});

describe('the width of a table', () => {
  const ID = `agt_${'0'.repeat(36)}`;
  const TIME = '2026-01-31T12:00:00.123Z';
  const shown = (name: string) =>
    formatList({ format: 'table' }, [{ name, at: TIME, id: ID }], {
      columns: [
        ['Name', 'name'],
        ['At', 'at'],
        ['Id', 'id'],
      ],
    }).split('\n')[1];

  test('ok: other values are cut before ids and times, which lose no more than fractions of a second', () => {
    expect(shown('web')).toBe(`web   2026-01-31T12:00:00Z  ${ID}`);
    expect(shown('w'.repeat(40))).toBe(`${'w'.repeat(15)}…  2026-01-31T12:00:00Z  ${ID}`);
  });

  test('ok: a name that people copy is whole while a description has something left to cut', () => {
    const columns = [
      ['Name', 'name'],
      ['Scopes', 'scopes'],
      ['Description', 'text'],
    ] as const;
    const row = {
      name: 'api_credential:create',
      scopes: 'SYSTEM, DOMAIN, PROJECT',
      text: 'what it is for, '.repeat(9),
    };
    const [, line] = formatList({ format: 'table' }, [row], { columns }).split('\n');
    expect(line).toMatch(/^api_credential:create +SYSTEM, DOMAIN, PROJECT +what it is for.*…$/);
    const long = formatList({ format: 'table' }, [{ ...row, name: 'n'.repeat(99) }], { columns }).split('\n')[1];
    expect(long).toMatch(/^n{47}… {2}SYSTEM, DOMAI… {2}what it is fo…$/);
    expect(long).toHaveLength(80);
  });

  test('ok: every line fits, and no character is cut in half', () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 60 });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell, fc.constant(ID)), { minLength: 1 }), (rows) => {
        const lines = rows.map((row) => row.map((text) => ({ text, isRigid: text === ID })));
        for (const line of layOut(lines, PAGE).split('\n')) {
          expect([...line].length).toBeLessThanOrEqual(80);
          expect(line).not.toMatch(/\p{Cs}/u);
          expect(line.endsWith(ID)).toBe(true);
        }
      }),
    );
  });

  test('ok: even more columns than there is room for', () => {
    const line = Array.from({ length: 20 }, () => ({ text: ID, isRigid: true }));
    expect(layOut([line], PAGE)).toHaveLength(80);
  });

  test('ok: more rows than a function takes arguments', () => {
    const lines = Array.from({ length: 300_000 }, () => [{ text: 'web' }, { text: ID }]);
    expect(layOut(lines, PAGE).length).toBe(300_000 * (5 + ID.length + 1) - 1);
  });

  test('ok: a wider terminal cuts less', () => {
    const lines = [[{ text: 'x'.repeat(100) }, { text: ID }]];
    expect(layOut(lines, { width: 200, hasColor: false })).toContain('x'.repeat(100));
  });
});

describe('colors', () => {
  const STATES: Table<{ name: string; state: string }> = {
    columns: [
      ['State', 'state', { FAILED: 'red' }],
      ['Name', 'name'],
    ],
  };
  const shown = (hasColor: boolean) =>
    formatList({ format: 'table', screen: { width: 80, hasColor } }, [{ name: 'FAILED', state: 'FAILED' }], STATES);

  test('ok: a state has its color, a name like it has none, and columns stay below each other', () => {
    expect(shown(true)).toBe('STATE   NAME\n\u001b[31mFAILED\u001b[39m  FAILED');
    expect(shown(false)).toBe('STATE   NAME\nFAILED  FAILED');
  });
});

/** A value as JSON has it, which knows no -0. */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

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

  test('ok: YAML steers no terminal, and is read as what it was', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z]\w{0,8}$/), fc.jsonValue({ stringUnit: 'binary' })),
        (value) => {
          const text = toYaml(value);
          expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
          expect(plain(parse(text))).toEqual(plain(value));
        },
      ),
    );
  });

  test('ok: YAML keeps texts that older readers take for something else', () => {
    const texts = ['no', 'On', '2026-01-31T12:00:00Z', '1:20', '=', '0777', '~', ''];
    expect(parse(toYaml(texts), { version: '1.1' })).toEqual(texts);
  });

  test('ok: every cell of a column begins at the same place', () => {
    const cell = fc.stringMatching(/^[a-z]{0,9}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1 }), (rows) => {
        const width = Math.max(...rows.map(([first]) => first.length)) + 2;
        const lines = rows.map((row) => row.map((text) => ({ text })));
        for (const [index, line] of layOut(lines, PAGE).split('\n').entries()) {
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
