import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { faultsIn, mutantOf } from './by-hand.js';
import { FOLDERS, WIDE } from './folders.js';
import { applied, linesOf, type Mutant, mutantsOf } from './mutations.js';
import { digestOf, fallen, isIn, recorded, type Sample, type Scores, sampleIn, scoreOf } from './scores.js';
import type { Failure } from './test-runner.js';
import { Verdicts } from './verdicts.js';
import { Workshop } from './workshop.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SCORES = join(ROOT, 'test/mutants/score.json');
const VERDICTS = join(ROOT, 'node_modules/.cache/mutant-verdicts.json');
/** Lists of faults that readers thought of, in any of the folders: each chosen and scored as if it were a folder. */
const BY_HAND: Readonly<Record<string, string>> = {
  'by hand': 'by-hand.json',
  // Each written when there were tests for what no test had noticed of the one before.
  'by hand again': 'by-hand-again.json',
  'by hand thrice': 'by-hand-thrice.json',
  'by hand fourth': 'by-hand-fourth.json',
};
/** What tests of any folder may use. */
const SHARED = ['test/harness', 'test/fakes'];
/** What tests of one set may take together to judge one mutant, by the time that they take without it. */
const SET_MAX_MS = 600_000;

interface Tried {
  readonly id: number;
  readonly file: string;
  readonly text: string;
  readonly changed: string;
  readonly mutant: Mutant;
  /** The tests that may judge it: each set does when none of the sets before noticed it. */
  readonly judges: readonly (readonly string[])[];
}

interface Folder {
  readonly name: string;
  readonly tried: readonly Tried[];
}

const texts = new Map<string, string>();
/** Files as they were at the beginning: a run takes long, and somebody may write the next test meanwhile. */
function read(file: string): string {
  const text = texts.get(file) ?? readFileSync(join(ROOT, file), 'utf8');
  texts.set(file, text);
  return text;
}
const readScores = (): Scores => (existsSync(SCORES) ? JSON.parse(readFileSync(SCORES, 'utf8')) : {});
const print = (line: string) => process.stdout.write(`${line}\n`);

function filesIn(path: string): string[] {
  if (!statSync(join(ROOT, path)).isDirectory()) return [path];
  const names = readdirSync(join(ROOT, path), { recursive: true, encoding: 'utf8' });
  return names
    .map((name) => `${path}/${name}`)
    .filter((name) => name.endsWith('.ts'))
    .sort();
}

const sharedDigest = digestOf(...SHARED.flatMap(filesIn).map(read));
const verdicts = new Verdicts(VERDICTS, (tests) => digestOf(sharedDigest, ...tests, ...tests.map(read)));

/** The mutants of the sample in the folders that are asked for. */
function foldersIn(sample: Sample, { MUTANTS_FOLDER: wanted = '' }: NodeJS.ProcessEnv): Folder[] {
  const chosen = [...Object.keys(FOLDERS), ...Object.keys(BY_HAND)].filter((name) => name.includes(wanted));
  if (chosen.length === 0) throw new Error(`MUTANTS_FOLDER: no folder of test/mutants/folders.ts has ${wanted} in it.`);
  // Those of the embedded database and without a browser, so that a score is the same wherever it is made.
  const all = filesIn('test').filter((file) => /\.(?!pg)[a-z]+\.test\.ts$/.test(file) && !file.includes('/browser.'));
  for (const file of all) read(file);
  const named = (prefixes: readonly string[]) => all.filter((file) => prefixes.some((one) => file.startsWith(one)));
  let id = 0;
  const numbered = (mutants: readonly Omit<Tried, 'id' | 'text' | 'changed'>[]) =>
    mutants
      .map((one) => ({ ...one, text: read(one.file), changed: applied(read(one.file), one.mutant) }))
      .filter(({ file, changed }) => isIn(sample, digestOf(file, changed)))
      .map((one) => ({ id: ++id, ...one }));
  return chosen.map((name) => {
    const list = BY_HAND[name];
    if (list !== undefined) return { name, tried: numbered(writtenFaults(list, named)) };
    const judges = [named(FOLDERS[name] ?? [])];
    const mutants = filesIn(name).flatMap((file) => mutantsOf(read(file)).map((mutant) => ({ file, mutant, judges })));
    return { name, tried: numbered(mutants) };
  });
}

function writtenFaults(
  list: string,
  named: (prefixes: readonly string[]) => readonly string[],
): Pick<Tried, 'file' | 'mutant' | 'judges'>[] {
  return faultsIn(join(ROOT, 'test/mutants', list)).flatMap((fault) => {
    const { file } = fault;
    const own = named(Object.entries(FOLDERS).find(([name]) => file.startsWith(name))?.[1] ?? []);
    const wide = named(WIDE).filter((test) => /\.(api|db)\.test\.ts$/.test(test) && !own.includes(test));
    const judges = [own, wide];
    const mutant = existsSync(join(ROOT, file)) ? mutantOf(read(file), fault) : null;
    if (mutant === null) print(`gone     ${file}: ${fault.before}`);
    return mutant === null ? [] : [{ file, mutant, judges }];
  });
}

const verdictOf = ({ file, changed, judges }: Tried) => verdicts.of(file, changed, judges.flat());

/** Builds the mutants that compile and were not judged yet. */
function build(workshop: Workshop, folders: readonly Folder[]): void {
  const tried = folders.flatMap((folder) => folder.tried);
  const unknown = tried.filter((one) => verdictOf(one) === undefined);
  const compiled = new Set(workshop.compiled(unknown));
  for (const one of unknown) verdicts.keep(one.file, one.changed, compiled.has(one) ? 'compiles' : 'none');
  verdicts.save();
  const open = tried.filter((one) => verdictOf(one) === 'compiles');
  print(`${tried.length} mutants, ${open.length} to be judged`);
  if (open.length > 0) workshop.build(open);
}

async function judge(workshop: Workshop, { tried }: Folder): Promise<void> {
  const open = tried.filter((one) => verdictOf(one) === 'compiles');
  if (open.length === 0) return;
  await workshop.reach([...new Set(open.flatMap(({ judges: [first = []] }) => first))]);
  const began = performance.now();
  await Promise.all(
    open.map(async ({ id, file, changed, mutant, text, judges }) => {
      let failed: readonly Failure[] = [];
      for (const tests of judges)
        if (failed.length === 0) failed = await workshop.judge(id, file, await workshop.reach(tests), SET_MAX_MS);
      const verdict = failed.length > 0 ? 'killed' : 'survived';
      verdicts.keep(file, changed, verdict, failed.length > 0 ? failed.map((one) => one.file) : judges.flat());
      verdicts.save();
      print(`${verdict.padEnd(8)} ${file}:${mutant.line} ${mutant.kind}: ${linesOf(text, mutant).after}`);
      for (const one of failed)
        print(`         ${one.file}: ${[...one.tests, ...one.errors].join(' | ').slice(0, 200)}`);
    }),
  );
  print(`${((performance.now() - began) / 1000 / open.length).toFixed(1)} s for each of ${open.length}`);
}

function scored(sample: Sample, { name, tried }: Folder, before: Scores): Scores[string] {
  const judged = tried.map((one) => {
    const { file, text, mutant } = one;
    const verdict = verdictOf(one);
    if (verdict === undefined || verdict === 'compiles') throw new Error(`${file}:${mutant.line} was not judged.`);
    return { verdict, mutant: { file, line: mutant.line, ...linesOf(text, mutant) } };
  });
  const score = scoreOf(sample, judged, before[name]);
  const unexplained = score.survivors.filter(({ reason }) => reason === null).length;
  const all = score.killed + score.survived;
  print(`${name}: ${score.score} % (${score.killed} of ${all}), ${unexplained} survivors without a reason`);
  return score;
}

test('same: of no folder the tests notice fewer faults than they did', async () => {
  const sample = sampleIn(process.env);
  const lower: string[] = [];
  const workshop = new Workshop(ROOT);
  try {
    const folders = foldersIn(sample, process.env);
    build(workshop, folders);
    for (const folder of folders) {
      await judge(workshop, folder);
      const before = readScores();
      const after = { [folder.name]: scored(sample, folder, before) };
      lower.push(...fallen(before, after));
      if (fallen(before, after).length === 0)
        writeFileSync(SCORES, `${JSON.stringify(recorded(before, after), null, 2)}\n`);
    }
  } finally {
    workshop.close();
  }
  expect(lower).toEqual([]);
});
