import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startTestServer } from '../harness/server.js';
import { blocksOf, Likeness, Shell } from './page-session.js';
import { ROOT } from './spawned.js';

const folder = mkdtempSync(join(tmpdir(), 'bailiwick-policies-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('ok: every command that docs/changing-policies.md shows prints what the page says', {
  timeout: 600_000,
}, async () => {
  const page = readFileSync(join(ROOT, 'docs/changing-policies.md'), 'utf8');
  // The last section is about a server that nobody can log in to.
  const [before = ''] = page.split(/^## When nobody can log in$/m);
  const steps = blocksOf(before).flat();
  expect(steps.length).toBeGreaterThan(10);
  const server = await startTestServer();
  const shell = new Shell({ PATH: process.env.PATH, BAILIWICK_HOME: folder, BAILIWICK_SERVER: server.url });
  try {
    await shell.run(`cd ${folder}`);
    await shell.run(`bailiwick() { node ${join(ROOT, 'bin/bailiwick.mjs')} "$@"; }`);
    writeFileSync(join(folder, 'own.pw'), 'correct horse battery\n', { mode: 0o600 });
    const files = `--password-file ${server.adminPasswordPath} --new-password-file own.pw`;
    await shell.succeed(`bailiwick login --system ${files}`);
    const likeness = new Likeness();
    for (const { command, prints } of steps) {
      const [, file] = /^cat (\S+)$/.exec(command) ?? [];
      if (file !== undefined) writeFileSync(join(folder, file), `${prints}\n`);
      const printed = likeness.ofRun(await shell.run(likeness.toRun(command)));
      expect(printed, command).toBe(likeness.ofPage(prints));
    }
  } finally {
    await shell.end();
    await server.close();
  }
});
