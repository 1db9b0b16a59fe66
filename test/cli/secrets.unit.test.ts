import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

/** util-linux's, which runs a command in a terminal of its own. */
const hasScript = /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '');
const home = mkdtempSync(join(tmpdir(), 'bailiwick-home-'));
afterAll(() => rmSync(home, { recursive: true }));

/** Makes a process slow behind everything that it asks or tells, so that whoever answers at once is faster. */
const SLOW = `const write = process.stderr.write.bind(process.stderr);
process.stderr.write = (...told) => {
  const isWritten = write(...told);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  return isWritten;
};`;

/** What a terminal shows of a command whose question is answered the moment it is read. */
async function shown(command: string, question: string, answer: string): Promise<string> {
  const env = { ...process.env, BAILIWICK_HOME: home };
  const terminal = spawn('script', ['-qec', command, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  let isAnswered = false;
  for await (const chunk of terminal.stdout) {
    text += String(chunk);
    if (isAnswered || !text.includes(question)) continue;
    isAnswered = true;
    terminal.stdin.write(`${answer}\r`);
  }
  return text;
}

describe('askSecret', () => {
  test.skipIf(!hasScript)(
    'hidden: what is answered at once is not shown either',
    async () => {
      const slow = join(home, 'slow.mjs');
      writeFileSync(slow, SLOW);
      const command = `'${process.execPath}' --import '${slow}' bin/bailiwick.mjs --server http://127.0.0.1:1 login`;
      const text = await shown(command, 'password of admin: ', 'open sesame');
      // It was read as the password: the log-in goes on to the server, which is not there.
      expect(text).toContain('cannot reach');
      expect(text).not.toContain('sesame');
    },
    30_000,
  );
});
