import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { missingSwtpmCommands } from '../fakes/swtpm.js';
import { blocksOf, freePort, Likeness, Shell } from './page-session.js';
import { ROOT } from './spawned.js';

/** For a machine that is slow and runs other things. */
const TIMEOUT = 600_000;
const missing = [...missingSwtpmCommands(), ...(spawnSync('openssl', ['version']).error ? ['openssl'] : [])];
const homes: string[] = [];
const shells: Shell[] = [];
afterEach(async () => {
  for (const shell of shells.splice(0)) await shell.end();
  for (const home of homes.splice(0)) {
    stopMachines(join(home, 'fleet'));
    rmSync(home, { recursive: true, force: true });
  }
});

/** Ends TPMs that a page which failed has left. */
function stopMachines(folder: string): void {
  for (const name of readdirSync(folder).filter((one) => /^m\d+$/.test(one)))
    spawnSync(join(ROOT, 'examples/software-machine.sh'), ['stop', join(folder, name)]);
}

/** A home of its own for each try. */
function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'bailiwick-nodes-'));
  homes.push(home);
  symlinkSync(ROOT, join(home, 'bailiwick'));
  return home;
}

function openShell(home: string): Shell {
  const shell = new Shell({ PATH: process.env.PATH, HOME: home, BAILIWICK_PASSWORD_COST: '15' });
  shells.push(shell);
  return shell;
}

describe('docs/nodes.md', () => {
  const outcome = missing.length === 0 ? 'ok: is tried with real software TPMs' : `absent: ${missing.join(', ')}`;
  test(outcome, () => expect(process.env.CI === undefined ? [] : missing).toEqual([]));

  test.runIf(missing.length === 0)('ok: every command prints what the page says', { timeout: TIMEOUT }, async () => {
    const home = makeHome();
    const page = readFileSync(join(ROOT, 'docs/nodes.md'), 'utf8');
    const here = page.replaceAll(/\b4020\b/g, await freePort()).replaceAll('/home/you', home);
    const [prepare = [], serve = [], ...rest] = blocksOf(here);
    const server = openShell(home);
    for (const { command, prints } of [...prepare, ...serve.slice(0, -1)])
      expect(await server.run(command), command).toBe(prints);
    // `exec` leaves no shell between this one and the server, so that both end together.
    const last = serve.at(-1);
    const started = last?.command.replace('bailiwick', 'exec node ~/bailiwick/bin/bailiwick.mjs') ?? '';
    expect(await server.run(started, /^(?<said>[\s\S]*admin-password)\n/)).toBe(last?.prints);

    const shell = openShell(home);
    await shell.run(prepare[0]?.command ?? '');
    const likeness = new Likeness();
    const steps = rest.flat();
    expect(steps.length).toBeGreaterThan(20);
    for (const { command, prints } of steps) {
      const printed = likeness.ofRun(await shell.run(likeness.toRun(command)));
      expect(printed, command).toBe(likeness.ofPage(prints));
    }
  });
});
