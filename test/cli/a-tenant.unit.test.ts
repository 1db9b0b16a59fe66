import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { blocksOf, freePort, Likeness, Shell } from './page-session.js';
import { ROOT } from './spawned.js';

/** For a machine that is slow and runs other things. */
const TIMEOUT = 600_000;
const homes: string[] = [];
const shells: Shell[] = [];
afterEach(async () => {
  for (const shell of shells.splice(0)) await shell.end();
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
});

/** A home of its own for each try. */
function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'bailiwick-tenant-'));
  homes.push(home);
  symlinkSync(ROOT, join(home, 'bailiwick'));
  return home;
}

function openShell(home: string): Shell {
  const shell = new Shell({ PATH: process.env.PATH, HOME: home, BAILIWICK_PASSWORD_COST: '15' });
  shells.push(shell);
  return shell;
}

test('ok: every command of docs/a-tenant.md prints what the page says', { timeout: TIMEOUT }, async () => {
  const home = makeHome();
  const page = readFileSync(join(ROOT, 'docs/a-tenant.md'), 'utf8');
  const here = page.replaceAll(/\b4010\b/g, await freePort()).replaceAll('/home/you', home);
  const [[define, enter, serve] = [], ...rest] = blocksOf(here);
  if (!define || !enter || !serve) throw new Error('the page does not begin with the start of a server');
  const server = openShell(home);
  for (const { command, prints } of [define, enter]) expect(await server.run(command)).toBe(prints);
  // `exec` leaves no shell between this one and the server, so that both end together.
  const started = serve.command.replace('bailiwick', 'exec node ~/bailiwick/bin/bailiwick.mjs');
  expect(await server.run(started, /^(?<said>[\s\S]*admin-password)\n/)).toBe(serve.prints);

  const shell = openShell(home);
  await shell.run(define.command);
  await shell.run('cd ~/tenant');
  const likeness = new Likeness();
  const steps = rest.flat();
  expect(steps.length).toBeGreaterThan(60);
  for (const { command, prints } of steps) {
    const printed = likeness.ofRun(await shell.run(likeness.toRun(command)));
    expect(printed, command).toBe(likeness.ofPage(prints));
  }
});
