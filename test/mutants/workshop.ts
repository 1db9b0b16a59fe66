import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyTree } from '../harness/tree-copy.js';
import { type Candidate, compiledOf } from './compiled.js';
import { Odds, within } from './odds.js';
import { activeText, type Numbered, SWITCH_FILE, SWITCH_SOURCE, switched } from './switches.js';
import type { Failure } from './test-runner.js';
import { TestRunner } from './test-runner.js';

/** A test that goes round for ever is a fault that was noticed, once it took so much longer than without it. */
const SLOWER_MAX = 3;
const SLOWER_MAX_MS = 15_000;
const WITHOUT_FAULT_MAX_MS = 600_000;

/** A test file without a fault: how long it took, and the mutants that it reached. */
interface Reach {
  readonly file: string;
  readonly ms: number;
  /** Those that are read often are in it as minus their ids as well. */
  readonly reached: ReadonlySet<number>;
}

/** Copies of the tree, in which all mutants are built and tests judge one at a time for each copy. */
export class Workshop {
  readonly #root = mkdtempSync(join(tmpdir(), 'bailiwick-mutants-'));
  readonly #source: string;
  readonly #idle: TestRunner[] = [];
  readonly #waiting: ((runner: TestRunner) => void)[] = [];
  readonly #all: TestRunner[] = [];
  readonly #odds = new Odds();
  readonly #reach = new Map<string, Promise<Reach>>();

  constructor(source: string) {
    this.#source = source;
  }

  compiled<T extends Candidate>(candidates: readonly T[]): T[] {
    const tree = this.#copied('compiled');
    try {
      return compiledOf(tree, candidates);
    } finally {
      rmSync(tree, { recursive: true });
    }
  }

  /** Builds all mutants in, behind switches. Worker threads and child processes run the build, so it has them too. */
  build(mutants: readonly (Candidate & Numbered)[]): void {
    const [first = '', ...others] = Array.from({ length: availableParallelism() }, (_, n) => `${n}`);
    const tree = this.#copied(first);
    const files = new Map(mutants.map(({ file, text }) => [file, text]));
    for (const [file, text] of files) {
      const own = mutants.filter((one) => one.file === file);
      writeFileSync(join(tree, file), switched(file, text, own));
    }
    writeFileSync(join(tree, SWITCH_FILE), SWITCH_SOURCE);
    const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
    const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--noCheck'], {
      cwd: tree,
    });
    if (status !== 0) throw new Error(`The switched tree cannot be built: ${stdout}`);
    for (const other of others) cpSync(tree, join(this.#root, other), { recursive: true, verbatimSymlinks: true });
    for (const name of [first, ...others]) this.#all.push(new TestRunner(join(this.#root, name)));
    this.#idle.push(...this.#all);
  }

  /** Runs each file, without a mutant, unless that was done. @throws Error when one fails. */
  reach(files: readonly string[]): Promise<Reach[]> {
    return Promise.all(
      files.map((file) => {
        const known = this.#reach.get(file) ?? this.#reached(file);
        this.#reach.set(file, known);
        return known;
      }),
    );
  }

  /** Which tests fail with a mutant of a source file, of those that reach it and together take no longer than so. */
  judge(id: number, source: string, reach: readonly Reach[], msMax: number): Promise<readonly Failure[]> {
    return this.#withRunner(async (runner) => {
      const reaching = reach.filter(({ reached }) => reached.has(id));
      const tests = within(this.#odds.ordered(source, reaching), msMax);
      if (tests.length === 0) return [];
      const wholeMs = tests.reduce((sum, { ms }) => sum + ms, 0);
      const files = tests.map(({ file }) => file);
      const active = activeText(
        id,
        tests.some(({ reached }) => reached.has(-id)),
      );
      const { failed } = await runner.run(files, active, wholeMs * SLOWER_MAX + SLOWER_MAX_MS);
      this.#odds.learn(source, tests, new Set(failed.map(({ file }) => file)));
      return failed;
    });
  }

  async #reached(file: string): Promise<Reach> {
    const { failed, ms, reached } = await this.#withRunner((one) => one.reach(file, WITHOUT_FAULT_MAX_MS));
    if (failed.length > 0) throw new Error(`These tests fail without a mutant: ${JSON.stringify(failed, null, 2)}`);
    return { file, ms, reached };
  }

  async #withRunner<T>(work: (runner: TestRunner) => Promise<T>): Promise<T> {
    const runner = this.#idle.pop() ?? (await new Promise<TestRunner>((resolve) => this.#waiting.push(resolve)));
    try {
      return await work(runner);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(runner);
      else this.#idle.push(runner);
    }
  }

  #copied(name: string): string {
    return copyTree(this.#source, join(this.#root, name));
  }

  close(): void {
    for (const runner of this.#all) runner.close();
    rmSync(this.#root, { recursive: true, force: true });
  }
}
