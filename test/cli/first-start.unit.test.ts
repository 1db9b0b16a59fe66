import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeMigratedFolder } from '../harness/migrated-folder.js';
import { dataDirOf, finishFirstStart, killedAt, passwordPathOf, startWithout } from './first-start.js';
import { MAIN_PATH, startAndStop } from './spawned.js';
import { hasTerminal, shown } from './terminal.js';

/** Each story starts servers, on a machine that may be slow and run other things. */
const TIMEOUT = 600_000;
const root = mkdtempSync(join(tmpdir(), 'bailiwick-first-start-'));
const finished = join(root, 'finished');
beforeAll(async () => {
  mkdirSync(finished);
  await finishFirstStart(finished);
}, TIMEOUT);
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('a data folder in which a first start was finished', () => {
  test('kept: whatever is removed of what it made, a start works with the data or says what is missing', {
    timeout: TIMEOUT,
  }, async () => {
    const inFolder = readdirSync(dataDirOf(finished)).map((name) => `data/${name}`);
    const made = [...readdirSync(finished).filter((name) => name !== 'data'), ...inFolder, 'data/pg/PG_VERSION'];
    const worked: Record<string, boolean> = {};
    for (const name of made) worked[name] = await startWithout(finished, name);
    expect(worked).toEqual({
      'data.admin-password': true,
      'data.audit-key.pem': false,
      'data/pg': false,
      'data/started': true,
      'data/pg/PG_VERSION': false,
    });
  });

  test('kept: an empty database in the place of its own is no reason to begin anew', { timeout: TIMEOUT }, async () => {
    const copy = join(root, 'emptied');
    execFileSync('cp', ['-a', finished, copy]);
    rmSync(join(copy, 'data/pg'), { recursive: true });
    mkdirSync(join(copy, 'data/pg'));
    const told = await startAndStop(dataDirOf(copy));
    expect(told).toMatchObject({ code: 1, out: '', err: expect.stringContaining(`${copy}/data/pg is missing`) });
    expect(readdirSync(join(copy, 'data/pg'))).toEqual([]);
  });
});

describe('a data folder of a server that wrote no marker', () => {
  test('ok: it gets its marker at the next start', { timeout: TIMEOUT }, async () => {
    const copy = join(root, 'before');
    execFileSync('cp', ['-a', finished, copy]);
    rmSync(join(copy, 'data/started'));
    const { isReady, out } = await startAndStop(dataDirOf(copy));
    expect([isReady, out.includes('First start'), existsSync(join(copy, 'data/started'))]).toEqual([true, false, true]);
  });

  test('refused: files without PG_VERSION are not written over', { timeout: TIMEOUT }, async () => {
    const folder = join(root, 'headless');
    makeMigratedFolder(dataDirOf(folder));
    rmSync(join(folder, 'data/pg/PG_VERSION'));
    const told = await startAndStop(dataDirOf(folder));
    expect(told).toMatchObject({ code: 1, err: expect.stringContaining('pg/PG_VERSION is missing') });
    expect(existsSync(join(folder, 'data/pg/PG_VERSION'))).toBe(false);
  });
});

describe('a first start that fails after it made the administrator', () => {
  test.skipIf(!hasTerminal)(
    'ok: the next one says where the password is, until somebody changes it',
    {
      timeout: TIMEOUT,
    },
    async () => {
      const folder = join(root, 'taken');
      mkdirSync(folder);
      const other = createServer();
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const { port } = other.address() as AddressInfo;
      const env = {
        BAILIWICK_PORT: String(port),
        BAILIWICK_DATA_DIR: dataDirOf(folder),
        BAILIWICK_PASSWORD_COST: '15',
      };
      // On a terminal, a start says what it does.
      const failed = await shown(`'${process.execPath}' '${MAIN_PATH}' serve`, undefined, '', env);
      other.close();
      expect(failed.replaceAll('\r', '').split('\n')).toEqual([
        `Opening the database in ${dataDirOf(folder)} …`,
        'Applying migrations …',
        `Listening on 127.0.0.1:${port} …`,
        `The address 127.0.0.1:${port} is in use: stop what listens there, or choose another with --port (or BAILIWICK_PORT).`,
        '',
      ]);
      const line = `  Nobody has changed the password of user admin yet: it is in ${passwordPathOf(folder)}\n`;
      expect((await startAndStop(dataDirOf(folder))).out).toContain(line);
      writeFileSync(passwordPathOf(folder), 'another password, which is not it\n');
      expect((await startAndStop(dataDirOf(folder))).out).not.toContain('password');
    },
  );
});

describe('a first start that is killed', () => {
  // Files that it makes on its way; the proof `data-folder` takes them all.
  test.each(['data/pg.new/PG_VERSION', 'data.admin-password'])(
    'ok: at %s, the next one finishes it',
    { timeout: TIMEOUT },
    async (name) => {
      const folder = join(root, `killed-${name.replaceAll('/', '-')}`);
      mkdirSync(folder);
      await killedAt(folder, name);
    },
  );

  test('ok: what it left of a database is no database', { timeout: TIMEOUT }, async () => {
    const folder = join(root, 'half');
    mkdirSync(join(folder, 'data/pg.new/base'), { recursive: true });
    writeFileSync(join(folder, 'data/pg.new/PG_VERSION'), '18\n');
    expect((await startAndStop(dataDirOf(folder))).out).toContain('First start');
  });
});
