import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { blocksOf, freePort, Likeness, Shell, type ShellOptions, type Step, sectionOf } from './page-session.js';
import { ROOT } from './spawned.js';
import { hasTerminal } from './terminal.js';

/** For a machine that is slow and runs other things. */
const TIMEOUT = 600_000;
/** A skipped test says in its name what it lacks. */
const WORDS = hasTerminal ? '' : ' (needs script)';
const home = mkdtempSync(join(tmpdir(), 'bailiwick-readme-'));
const folder = join(home, 'bailiwick');
const shells: Shell[] = [];
afterEach(async () => {
  for (const shell of shells.splice(0)) await shell.end();
  rmSync(home, { recursive: true, force: true });
});

/** The folder of this repository, in which the session may leave its files. */
function copyFolder(): void {
  mkdirSync(folder);
  const names = readdirSync(ROOT).filter((name) => !/^\.(bailiwick|git$|prepare)/.test(name));
  for (const name of names) symlinkSync(join(ROOT, name), join(folder, name));
}

function openShell(env: NodeJS.ProcessEnv, options?: ShellOptions): Shell {
  const common = { PATH: process.env.PATH, HOME: home, BAILIWICK_PASSWORD_COST: '15', NO_COLOR: '1' };
  const shell = new Shell({ ...common, ...env }, options);
  shells.push(shell);
  return shell;
}

/** What people type: for a new password another one each time, and twice the same. */
function typing(): (question: string) => string {
  const passwords = new Map<string, string>();
  let count = 0;
  return (question) => {
    const [, user = ''] = /password of (\w+)/.exec(question) ?? [];
    if (/^new password of \w+$/.test(question)) {
      count += 1;
      passwords.set(user, `the password of number ${count}`);
    }
    return passwords.get(user) ?? '';
  };
}

test.skipIf(!hasTerminal)(
  `ok: every command of the README's first session works as it says${WORDS}`,
  {
    timeout: TIMEOUT,
  },
  async () => {
    const port = await freePort();
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8').replaceAll(/\b4000\b/g, port);
    const page = readme.replaceAll('/home/you', home);
    const [[start] = [], ...blocks] = blocksOf(sectionOf(page, 'A first session'));
    if (!start) throw new Error('the session does not begin with the start of a server');
    copyFolder();
    // npm ends without the server that it started.
    const server = openShell({ BAILIWICK_PORT: port }, { hasGroup: true });
    await server.run(`cd ${folder}`);
    // Before that, npm prints what it runs.
    const ready = await server.run(start.command, /(?<said>^Bailiwick is ready[\s\S]*admin-password)\n/m);
    expect(ready).toBe(start.prints);

    const shell = openShell({ BAILIWICK_SERVER: `http://127.0.0.1:${port}`, TERM: 'dumb' }, { passwords: typing() });
    await shell.said(/@@begun@@\n/);
    await shell.run(`cd ${folder}`);
    const likeness = new Likeness();
    expect(blocks.flat().length).toBeGreaterThan(20);
    for (const block of blocks) await replay(shell, likeness, block);
  },
);

/** A block that shows no output leaves it out. */
async function replay(shell: Shell, likeness: Likeness, block: readonly Step[]): Promise<void> {
  const hasOutput = block.some(({ prints }) => prints !== '');
  for (const { command, prints } of block) {
    const printed = likeness.ofRun(await shell.succeed(likeness.toRun(command)));
    if (hasOutput) expect(printed, command).toBe(likeness.ofPage(prints));
  }
}
