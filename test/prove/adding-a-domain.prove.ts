import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { copyTree } from '../harness/tree-copy.js';

// Holds docs/adding-a-domain.md to what it says, in copies of the tree.
const TREE = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = readFileSync(join(TREE, 'docs/adding-a-domain.md'), 'utf8');
const LINES_MAX = 60;
/** Colors would stand between the words, and a run inside a run takes itself for a worker of the outer one. */
const ENV = {
  ...process.env,
  ...{ NO_COLOR: '1', FORCE_COLOR: undefined, VITEST: undefined, VITEST_WORKER_ID: undefined },
  ...{ TEST_PREPARED: 'true', TEST_DATABASE_URL: undefined },
};

const [, DIFF = ''] = /^```diff\n(.*?)^```$/ms.exec(PAGE) ?? [];
/** The changes of each file, by its path. */
const CHANGES = new Map(
  DIFF.split(/^(?=diff --git )/m).map((change) => [/ b\/(\S+)$/m.exec(change)?.[1] ?? '', change]),
);
/** What is printed when a step is forgotten: the block below the step's name. */
const printedWithout = (step: string): string[] => {
  const [, block = ''] = new RegExp(`^### Without ${step}$.*?^\`\`\`text\n(.*?)^\`\`\`$`, 'ms').exec(PAGE) ?? [];
  return block.split('\n').filter((line) => line !== '');
};

const copies: string[] = [];
afterEach(() => {
  for (const copy of copies.splice(0)) rmSync(copy, { recursive: true });
});

/** A copy of the tree with the domain, some of its files' changes left out or otherwise. */
function withDomain(otherwise: (path: string, change: string) => string | null = (_, change) => change): string {
  const copy = copyTree(TREE, mkdtempSync(join(tmpdir(), 'bailiwick-domain-')));
  copies.push(copy);
  const diff = [...CHANGES].map(([path, change]) => otherwise(path, change) ?? '').join('');
  execFileSync('git', ['apply'], { cwd: copy, input: diff });
  return copy;
}

/** What a command prints, and its exit code. */
function run(copy: string, command: string, ...args: readonly string[]) {
  const options = { cwd: copy, env: ENV, maxBuffer: 2 ** 26 };
  return new Promise<{ readonly code: unknown; readonly printed: string }>((resolve) =>
    execFile(command, args, options, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, printed: `${stdout}${stderr}` }),
    ),
  );
}

const tests = (copy: string, ...files: readonly string[]) =>
  run(copy, process.execPath, join('node_modules', 'vitest', 'vitest.mjs'), 'run', '--testTimeout=300000', ...files);

describe('the domain of the page', () => {
  test(`ok: it has at most ${LINES_MAX} lines`, () => {
    const added = DIFF.split('\n').filter((line) => /^\+(?!\+\+ )/.test(line));
    expect(added.length).toBeGreaterThan(LINES_MAX / 2);
    expect(added.length).toBeLessThanOrEqual(LINES_MAX);
  });

  test('ok: it passes the checks, its own test and those that look at every domain', async () => {
    const copy = withDomain();
    const checked = await run(copy, 'npm', 'run', 'check');
    expect(checked.code, checked.printed).toBe(0);
    const everyDomain = ['imports', 'coverage', 'personas.unit', 'federation'].map((name) => `test/contract/${name}`);
    const passed = await tests(copy, 'test/time', 'test/cli/usage', 'test/cli/documents', ...everyDomain);
    expect(passed.code, passed.printed).toBe(0);
  });
});

describe('a forgotten step', () => {
  const FORGOTTEN: [step: string, file: string, test: string, left: (change: string) => string | null][] = [
    ['the policy', 'src/time/index.ts', 'test/time', (change) => change.replace('[timeGet]', '[]')],
    ['the arrows', 'test/contract/arrows.ts', 'test/contract/imports', () => null],
    ['the persona rows', 'test/contract/personas/time.ts', 'test/contract/personas.unit', () => null],
    ['the list of the domains', 'src/domains.ts', 'test/time', () => null],
  ];
  test.each(FORGOTTEN)('refused: without %s', async (step, file, test, left) => {
    const copy = withDomain((path, change) => (path === file ? left(change) : change));
    const { code, printed } = await tests(copy, test);
    expect(code, printed).toBe(1);
    const lines = printedWithout(step);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(printed).toContain(line);
  });
});
