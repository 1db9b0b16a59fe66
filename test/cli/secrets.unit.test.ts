import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { hasTerminal, shown } from './terminal.js';

const home = mkdtempSync(join(tmpdir(), 'bailiwick-home-'));
afterAll(() => rmSync(home, { recursive: true }));

/** Makes a process slow behind everything that it asks or tells, so that whoever answers at once is faster. */
const SLOW = `const write = process.stderr.write.bind(process.stderr);
process.stderr.write = (...told) => {
  const isWritten = write(...told);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  return isWritten;
};`;

describe('askSecret', () => {
  test.skipIf(!hasTerminal)(
    'hidden: what is answered at once is not shown either',
    async () => {
      const slow = join(home, 'slow.mjs');
      writeFileSync(slow, SLOW);
      const command = `'${process.execPath}' --import '${slow}' bin/bailiwick.mjs --server http://127.0.0.1:1 login`;
      const text = await shown(command, 'password of admin: ', 'open sesame', { BAILIWICK_HOME: home });
      // It was read as the password: the log-in goes on to the server, which is not there.
      expect(text).toContain('cannot reach');
      expect(text).not.toContain('sesame');
    },
    30_000,
  );
});
