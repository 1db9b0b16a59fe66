import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { compiledOf } from './compiled.js';
import { applied, mutantsOf } from './mutations.js';

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));
const FILE = 'src/a.ts';

let tree: string;
beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'bailiwick-compiled-'));
  mkdirSync(join(tree, 'src'));
  symlinkSync(MODULES, join(tree, 'node_modules'));
  const compilerOptions = { strict: true, noEmit: true, types: [], noUnusedLocals: true, skipLibCheck: true };
  writeFileSync(join(tree, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
});
afterEach(() => rmSync(tree, { recursive: true }));

/** The texts with a mutant that compile. */
function compiled(text: string): string[] {
  writeFileSync(join(tree, FILE), text);
  const candidates = mutantsOf(text).map((mutant) => ({ file: FILE, text, mutant }));
  return compiledOf(tree, candidates).map(({ mutant }) => applied(text, mutant));
}

it('ok: a mutant that the types allow, and one after which a name is not used', () => {
  const text = (call: string) => `import { b } from './b.js';\nexport const f = () => { ${call} };\n`;
  writeFileSync(join(tree, 'src/b.ts'), 'export const b = (): void => {};\n');
  expect(compiled(text('b();'))).toEqual([text(';')]);
}, 60_000);

it('refused: a mutant that the types tell', () => {
  const text = (plus: string) => `export const f = (a: string, b: number): string => a ${plus} b;\n`;
  expect(compiled(text('+'))).toEqual([]);
}, 60_000);

it('ok: what a file says about itself is no fault of its copies', () => {
  const text = (sign: string) =>
    `export class A { #x = 1; is(b: B): boolean { return b.of(this) ${sign} this.#x; } }\nimport type { B } from './b.js';\n`;
  writeFileSync(join(tree, 'src/b.ts'), `import type { A } from './a.js';\nexport interface B { of(a: A): number }\n`);
  expect(compiled(text('==='))).toEqual([text('!==')]);
  expect(readdirSync(join(tree, 'src')).sort()).toEqual(['a.ts', 'b.ts']);
}, 60_000);

it('refused: a tree that does not compile', () => {
  expect(() => compiled('export const f: string = 1 + 1;\n')).toThrow('src/a.ts');
}, 60_000);
