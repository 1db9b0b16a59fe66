import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const PAGE = readFileSync(new URL('docs/attestation.md', ROOT), 'utf8').split('## Regular expressions')[0] ?? '';
const LINT = readFileSync(new URL('src/attestation/runtime-policy/lint.ts', ROOT), 'utf8');

const tests = ['test/attestation/', 'test/cli/']
  .flatMap((folder) => {
    const url = new URL(folder, ROOT);
    const files = readdirSync(url, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts'));
    return files.map((file) => readFileSync(new URL(file, url), 'utf8'));
  })
  .join('\n');

/** What is said of each field or form, and the test that shows it. */
const rows = PAGE.split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (?:Field|Form|---)/.test(line))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
  .map(([, form = '', here = '', name = '']) => ({ form, here, name }));

/** Tests made from a table have the table's key and the rest of the name in two places. */
function isNamed(name: string): boolean {
  const [, outcome, what = ''] = /^(\w+): (.*), with its (?:line|pointer)$/.exec(name) ?? [];
  return tests.includes(name) || (outcome === 'invalid' && tests.includes(`'${what}'`));
}

describe("what is told of Keylime's files", () => {
  test('ok: each is used, warned about or refused', () => {
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter(({ here }) => !/^(?:used|warned|refused)\b/.test(here))).toEqual([]);
  });

  test('ok: each names a test that exists', () => {
    expect(rows.filter(({ name }) => name === '' || !isNamed(name))).toEqual([]);
  });

  test('ok: each warning that is told is one of the linter’s', () => {
    const told = rows.flatMap(({ here }) => [...here.matchAll(/warned: ([A-Z_]+)/g)].map(([, code]) => code));
    expect(told.length).toBeGreaterThan(5);
    expect(told.filter((code) => !LINT.includes(`'${code}'`))).toEqual([]);
  });
});
