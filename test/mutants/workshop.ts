import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Verdict } from './scores.js';

/** What tests and a build of the sources need. */
const PARTS = [
  ...['src', 'test', 'schema', 'drizzle', 'scripts', 'bin', 'dist', 'docs', 'web', 'examples'],
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'vitest.config.ts'],
];
const TSC_FLAGS = [
  ...['-p', 'tsconfig.build.json', '--incremental', '--tsBuildInfoFile', 'dist/.tsbuildinfo'],
  ...['--noUnusedLocals', 'false', '--noUnusedParameters', 'false'],
];
/** A test that goes round for ever is a fault that was noticed, once it took so much longer than without it. */
const SLOWER_MAX = 5;
const SLOWER_MAX_MS = 30_000;

/** A copy of the tree, in which files are changed, built and tested. */
export class Workshop {
  readonly #root = mkdtempSync(join(tmpdir(), 'bailiwick-mutants-'));

  constructor(tree: string) {
    const filter = (path: string) => basename(path) !== 'node_modules';
    for (const part of PARTS) cpSync(join(tree, part), join(this.#root, part), { recursive: true, filter });
    symlinkSync(join(tree, 'node_modules'), join(this.#root, 'node_modules'));
  }

  /** What tests say of a file with another text. */
  async judge(
    file: string,
    text: string,
    changed: string,
    tests: readonly string[],
    wholeMs: number,
  ): Promise<Verdict> {
    writeFileSync(join(this.#root, file), changed);
    try {
      if (!this.#build()) return 'none';
      return (await this.#test(tests, wholeMs * SLOWER_MAX + SLOWER_MAX_MS)) ? 'survived' : 'killed';
    } finally {
      writeFileSync(join(this.#root, file), text);
    }
  }

  /** How long the tests take, in milliseconds. @throws Error when they fail though nothing was changed. */
  async measure(tests: readonly string[]): Promise<number> {
    const began = performance.now();
    if (!this.#build()) throw new Error('The tree does not compile; see `npm run check`.');
    if (!(await this.#test(tests, 3_600_000)))
      throw new Error(`These tests fail without a mutant: ${tests.join(', ')}`);
    return performance.now() - began;
  }

  /** Worker threads run the build, so it has the fault too. Its types are checked; a call that is gone leaves imports. */
  #build(): boolean {
    const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
    const { status } = spawnSync(process.execPath, [tsc, ...TSC_FLAGS], { cwd: this.#root });
    if (status === null) throw new Error('The build was stopped before it ended.');
    return status === 0;
  }

  #test(tests: readonly string[], timeoutMs: number): Promise<boolean> {
    const vitest = join('node_modules', 'vitest', 'vitest.mjs');
    const args = [vitest, 'run', ...tests, '--bail', '1', '--reporter', 'dot'];
    const env = { ...process.env, TEST_PREPARED: 'true', VITEST: undefined, VITEST_WORKER_ID: undefined };
    const run = spawn(process.execPath, args, { cwd: this.#root, env, stdio: 'ignore', detached: true });
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      // Its workers are of its process group, and would outlive it.
      if (run.pid !== undefined && run.exitCode === null) process.kill(-run.pid, 'SIGKILL');
    }, timeoutMs);
    return new Promise((resolve, reject) =>
      run.once('close', (code) => {
        clearTimeout(timer);
        if (code === null && !isLate) reject(new Error('The tests were stopped before they ended.'));
        else resolve(code === 0);
      }),
    );
  }

  close(): void {
    rmSync(this.#root, { recursive: true });
  }
}
