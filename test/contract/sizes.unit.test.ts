import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SRC = join(ROOT, 'src');
const CONSOLE = join(ROOT, 'console', 'src');
const FILE_MAX = 250;
const FUNCTION_MAX = 40;

/** Longer than that, with their lines as they are. What is in it only shrinks: split the function, lower the number. */
const LONG_FUNCTIONS: Readonly<Record<string, number>> = {
  'app.ts createApp': 84,
  'cli/identity/policy-offline.ts registerOfflinePolicy': 49,
};
/** The same for files. */
const LONG_FILES: Readonly<Record<string, number>> = {};

/** Where biome looks for how to measure. */
let settings: string;
beforeAll(() => {
  settings = mkdtempSync(join(tmpdir(), 'bailiwick-sizes-'));
  const rule = { level: 'error', options: { maxLines: FUNCTION_MAX } };
  const rules = { preset: 'none', complexity: { noExcessiveLinesPerFunction: rule } };
  writeFileSync(join(settings, 'biome.json'), JSON.stringify({ files: { includes: ['**'] }, linter: { rules } }));
});
afterAll(() => rmSync(settings, { recursive: true }));

const sources = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith('generated/'));

const linesOf = (text: string) => text.split('\n').length - 1;

function longFiles(folder: string): Record<string, number> {
  const sizes = sources(folder).map((file) => [file, linesOf(readFileSync(join(folder, file), 'utf8'))] as const);
  return Object.fromEntries(sizes.filter(([, lines]) => lines > FILE_MAX));
}

interface Report {
  readonly summary: { readonly unchanged: number };
  readonly diagnostics: readonly {
    readonly category: string;
    readonly message: string;
    readonly location: { readonly path: string; readonly start: { readonly line: number } };
  }[];
}

/** The lines of every function that has too many, by its file and name, and how many files were looked at. */
function longFunctions(folder: string): { readonly sizes: Record<string, number>; readonly files: number } {
  const biome = join(ROOT, 'node_modules', '.bin', 'biome');
  const args = ['lint', `--config-path=${settings}`, '--reporter=json', '--max-diagnostics=none', '.'];
  const { stdout } = spawnSync(biome, args, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26 });
  const { summary, diagnostics } = JSON.parse(stdout) as Report;
  const sizes: Record<string, number> = {};
  for (const { category, message, location } of diagnostics) {
    if (!category.endsWith('noExcessiveLinesPerFunction') || location.path.startsWith('generated/')) continue;
    const line = readFileSync(join(folder, location.path), 'utf8').split('\n')[location.start.line - 1] ?? '';
    const name = /(?:function\*?|const)\s+(\w+)|(\w+)\s*\(/.exec(line)?.slice(1).find(Boolean);
    sizes[`${location.path} ${name ?? location.start.line}`] = Number(/\((\d+)\)/.exec(message)?.[1]);
  }
  return { sizes, files: summary.unchanged };
}

describe('sizes', () => {
  test('ok: no file has more than 250 lines, those of the list aside', () => {
    expect(longFiles(SRC)).toEqual(LONG_FILES);
    expect(longFiles(CONSOLE)).toEqual({});
  });

  test('ok: no function has more than 40 lines, those of the list aside', () => {
    const { sizes, files } = longFunctions(SRC);
    expect(sizes).toEqual(LONG_FUNCTIONS);
    expect(files).toBeGreaterThanOrEqual(sources(SRC).length);
    expect(longFunctions(CONSOLE).sizes).toEqual({});
  }, 60_000);

  test('refused: a longer file, a longer function, a longer method and what is in a list but short', () => {
    const folder = mkdtempSync(join(settings, 'long-'));
    mkdirSync(join(folder, 'generated'));
    const body = (lines: number) => '  work();\n'.repeat(lines);
    const functions = `function right() {\n${body(40)}}\nfunction wrong() {\n${body(41)}}\n`;
    const methods = `class Some {\n  right() {\n${body(40)}  }\n  async alsoWrong() {\n${body(42)}  }\n}\n`;
    const arrow = `export const arrow = () => {\n${body(43)}};\n`;
    writeFileSync(join(folder, 'functions.ts'), functions + methods + arrow);
    writeFileSync(join(folder, 'generated', 'long.ts'), `function made() {\n${body(300)}}\n`);
    writeFileSync(join(folder, 'right.ts'), body(250));
    writeFileSync(join(folder, 'wrong.ts'), body(251));
    expect(longFiles(folder)).toEqual({ 'wrong.ts': 251 });
    expect(longFunctions(folder).sizes).toEqual({
      'functions.ts wrong': 41,
      'functions.ts alsoWrong': 42,
      'functions.ts arrow': 43,
    });
  }, 60_000);
});
