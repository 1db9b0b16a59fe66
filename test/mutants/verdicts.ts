import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { digestOf, type Verdict } from './scores.js';

export type Known = Verdict | 'compiles';

interface Kept {
  readonly verdict: Known;
  /** Those that failed; of a survivor, all that could have. */
  readonly tests: readonly string[];
  readonly digest: string;
}

/** Verdicts of earlier runs. Each holds while its file and the tests that gave it are as they were. */
export class Verdicts {
  readonly #path: string;
  readonly #digestOfTests: (tests: readonly string[]) => string;
  readonly #kept: Record<string, Kept>;

  /** @param digestOfTests Of all that these tests are made of. */
  constructor(path: string, digestOfTests: (tests: readonly string[]) => string) {
    this.#path = path;
    this.#digestOfTests = digestOfTests;
    this.#kept = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  }

  /** What is known of a file with a fault; undefined before the first run. @param tests Those of its folder. */
  of(file: string, changed: string, tests: readonly string[]): Known | undefined {
    const kept = this.#kept[digestOf(file, changed)];
    if (kept === undefined || kept.verdict === 'none') return kept?.verdict;
    const judges = kept.verdict === 'survived' ? tests : kept.tests;
    return kept.digest === this.#digestOfTests(judges) ? kept.verdict : 'compiles';
  }

  keep(file: string, changed: string, verdict: Known, tests: readonly string[] = []): void {
    this.#kept[digestOf(file, changed)] = { verdict, tests, digest: this.#digestOfTests(tests) };
  }

  save(): void {
    writeFileSync(this.#path, JSON.stringify(this.#kept));
  }
}
