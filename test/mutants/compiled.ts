import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applied, type Mutant } from './mutations.js';

export interface Candidate {
  readonly file: string;
  readonly text: string;
  readonly mutant: Mutant;
}

const CONFIG = 'tsconfig.mutants.json';
/** The memory of one run of the compiler is bounded by it. */
const FILES_MAX = 1000;

/** Those that compile, each as a copy of its file beside it; what only does not use a name compiles. */
export function compiledOf<T extends Candidate>(tree: string, candidates: readonly T[]): T[] {
  const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false };
  writeFileSync(join(tree, CONFIG), JSON.stringify({ extends: './tsconfig.json', include: ['src'], compilerOptions }));
  const parts = Array.from({ length: Math.ceil(candidates.length / FILES_MAX) }, (_, n) =>
    candidates.slice(n * FILES_MAX, (n + 1) * FILES_MAX),
  );
  return parts.flatMap((part) => compiledTogether(tree, part));
}

function compiledTogether<T extends Candidate>(tree: string, candidates: readonly T[]): T[] {
  // A copy without a fault tells which errors come from being a copy.
  const copies = new Map(candidates.map(({ file, text }) => [copyOf(file, 'none'), text]));
  for (const [n, { file, text, mutant }] of candidates.entries()) copies.set(copyOf(file, n), applied(text, mutant));
  for (const [file, text] of copies) writeFileSync(join(tree, file), text);
  try {
    const errors = errorsIn(tree);
    const own = [...errors.keys()].filter((file) => !copies.has(file));
    if (own.length > 0) throw new Error(`The tree does not compile; see \`npm run check\`: ${own.join(', ')}`);
    return candidates.filter(({ file }, n) => {
      const known = new Set(errors.get(copyOf(file, 'none')));
      return (errors.get(copyOf(file, n)) ?? []).every((error) => known.has(error));
    });
  } finally {
    for (const file of copies.keys()) rmSync(join(tree, file));
  }
}

const copyOf = (file: string, mutant: number | 'none') => file.replace(/\.ts$/, `.mutant-${mutant}.ts`);

/** Line and number of each error, by file. */
function errorsIn(tree: string): Map<string, string[]> {
  const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
  const args = [tsc, '-p', CONFIG, '--pretty', 'false'];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: tree, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status === null) throw new Error('The compiler was stopped before it ended.');
  const errors = new Map<string, string[]>();
  for (const [, file = '', line, code] of stdout.matchAll(/^(\S+?)\((\d+),\d+\): error (TS\d+)/gm))
    errors.set(file, [...(errors.get(file) ?? []), `${line} ${code}`]);
  if (status !== 0 && errors.size === 0) throw new Error(`The compiler failed: ${stdout}`);
  return errors;
}
