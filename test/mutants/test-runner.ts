import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ACTIVE_FILE, REACHED_FILE, REACHING } from './switches.js';

export interface Failure {
  readonly file: string;
  readonly tests: readonly string[];
  readonly errors: readonly string[];
}

export interface Outcome {
  /** Empty when all passed. */
  readonly failed: readonly Failure[];
  readonly ms: number;
}

interface Report {
  readonly failed: readonly Failure[];
  /** Those that belong to no test. */
  readonly errors: readonly string[];
}

const PROCESS = fileURLToPath(new URL('runner-process.mjs', import.meta.url));
/** A test that waits for what never comes ends soon; some tests have a longer time of their own. */
const TEST_TIMEOUT_MS = 15_000;

/** Runs tests in a tree of its own, one set of files at a time. */
export class TestRunner {
  readonly #tree: string;
  #process: ChildProcess | undefined;

  constructor(tree: string) {
    this.#tree = tree;
  }

  /** What the files say, the first failure being the last test. @param active What `activeText` gives. */
  async run(files: readonly string[], active: string, timeoutMs: number): Promise<Outcome> {
    writeFileSync(join(this.#tree, ACTIVE_FILE), active);
    this.#process ??= await this.#started();
    const began = performance.now();
    const answered = answerOf<Report>(this.#process);
    this.#process.send(files);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, timeoutMs, null);
    });
    const report = await Promise.race([answered, late]);
    clearTimeout(timer);
    if (report === null) this.close();
    const failed =
      report === null ? ofNoTest(files, ['too slow']) : [...report.failed, ...ofNoTest(files, report.errors)];
    return { failed, ms: performance.now() - began };
  }

  /** Runs a file without a mutant. */
  async reach(file: string, timeoutMs: number): Promise<Outcome & { readonly reached: ReadonlySet<number> }> {
    const path = join(this.#tree, REACHED_FILE);
    rmSync(path, { force: true });
    const outcome = await this.run([file], REACHING, timeoutMs);
    const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
    return { ...outcome, reached: new Set(lines.map(Number)) };
  }

  async #started(): Promise<ChildProcess> {
    const others = ['VITEST', 'VITEST_MODE', 'VITEST_WORKER_ID', 'VITEST_POOL_ID', 'TEST_DATABASE_URL'];
    const cleared = Object.fromEntries(others.map((name) => [name, undefined]));
    const started = spawn(process.execPath, [PROCESS, this.#tree, String(TEST_TIMEOUT_MS)], {
      env: { ...process.env, ...cleared, TEST_PREPARED: 'true' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      detached: true,
    });
    await answerOf(started);
    return started;
  }

  /** Ends its process with its workers, which are of the same group. */
  close(): void {
    if (this.#process?.pid !== undefined && this.#process.exitCode === null)
      process.kill(-this.#process.pid, 'SIGKILL');
    this.#process = undefined;
  }
}

const ofNoTest = (files: readonly string[], errors: readonly string[]): Failure[] =>
  errors.length === 0 ? [] : files.map((file) => ({ file, tests: [], errors }));

function answerOf<T>(process: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const exited = () => reject(new Error('The process that runs the tests ended.'));
    process.once('exit', exited);
    process.once('message', (message) => {
      process.off('exit', exited);
      resolve(message as T);
    });
  });
}
