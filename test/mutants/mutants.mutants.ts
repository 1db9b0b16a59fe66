import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { FOLDERS } from './folders.js';
import { applied, linesOf, mutantsOf } from './mutations.js';
import {
  digestOf,
  fallen,
  isIn,
  recorded,
  type Sample,
  type Scores,
  sampleIn,
  scoreOf,
  type Verdict,
} from './scores.js';
import { Workshop } from './workshop.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SCORES = join(ROOT, 'test/mutants/score.json');
/** Verdicts by what they depend on: a mutant whose file and tests are as they were is not tried again. */
const KEPT = join(ROOT, 'node_modules/.cache/mutants.json');
/** What tests of any folder may use. */
const SHARED = ['test/harness', 'test/fakes'];

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const readJson = <T>(path: string, none: T): T => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : none);
const writeJson = (path: string, value: object) => writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
const print = (line: string) => process.stdout.write(`${line}\n`);

function filesIn(path: string): string[] {
  if (!statSync(join(ROOT, path)).isDirectory()) return [path];
  const names = readdirSync(join(ROOT, path), { recursive: true, encoding: 'utf8' });
  return names
    .map((name) => `${path}/${name}`)
    .filter((name) => name.endsWith('.ts'))
    .sort();
}

const chosen = ({ MUTANTS_FOLDER: wanted = '' }: NodeJS.ProcessEnv) => {
  const found = Object.entries(FOLDERS).filter(([folder]) => folder.includes(wanted));
  if (found.length === 0) throw new Error(`MUTANTS_FOLDER: no folder of test/mutants/folders.ts has ${wanted} in it.`);
  return found;
};

/** What becomes of each mutant of a folder that is in the sample. */
async function judged(workshop: Workshop, folder: string, prefixes: readonly string[], sample: Sample) {
  const all = filesIn('test');
  const tests = all.filter((file) => file.endsWith('.test.ts') && prefixes.some((prefix) => file.startsWith(prefix)));
  const used = digestOf(...[...tests, ...SHARED.flatMap(filesIn)].map(read));
  const kept = readJson<Record<string, Verdict>>(KEPT, {});
  let wholeMs: number | undefined;
  const verdicts = [];
  for (const file of filesIn(folder)) {
    const text = read(file);
    for (const mutant of mutantsOf(text)) {
      const { before, after } = linesOf(text, mutant);
      const changed = applied(text, mutant);
      if (!isIn(sample, digestOf(file, changed))) continue;
      const key = digestOf(file, changed, used);
      if (kept[key] === undefined) {
        wholeMs ??= await workshop.measure(tests);
        kept[key] = await workshop.judge(file, text, changed, tests, wholeMs);
        writeJson(KEPT, kept);
      }
      print(`${kept[key].padEnd(8)} ${file}:${mutant.line} ${mutant.kind}: ${after}`);
      verdicts.push({ verdict: kept[key], mutant: { file, line: mutant.line, before, after } });
    }
  }
  return verdicts;
}

test('same: of no folder the tests notice fewer faults than they did', async () => {
  const sample = sampleIn(process.env);
  const before = readJson<Scores>(SCORES, {});
  const workshop = new Workshop(ROOT);
  const after: Record<string, Scores[string]> = {};
  try {
    for (const [folder, prefixes] of chosen(process.env)) {
      after[folder] = scoreOf(sample, await judged(workshop, folder, prefixes, sample), before[folder]);
      const { killed, survived, score, survivors } = after[folder];
      const unexplained = survivors.filter(({ reason }) => reason === null).length;
      print(`${folder}: ${score} % (${killed} of ${killed + survived}), ${unexplained} survivors without a reason`);
    }
  } finally {
    workshop.close();
  }
  expect(fallen(before, after)).toEqual([]);
  writeJson(SCORES, recorded(before, after));
});
