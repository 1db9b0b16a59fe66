import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SETTINGS } from '../../src/config/settings.js';
import { requireNewEnough } from '../../src/db/postgres-server.js';
import { makeMigratedFolder } from '../harness/migrated-folder.js';
import { MAIN_PATH, ROOT, type Spawning, startAndStop } from './spawned.js';

/** For a machine that is slow and runs other things. */
const TIMEOUT = 240_000;
const tlsFixture = (name: string) => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));

let folder: string;
let dataDir: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-failure-'));
  dataDir = join(folder, 'data');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** One line that says what failed, no stack, nothing on the standard output, and the exit code. */
async function expectLine(code: 1 | 2, words: readonly (string | RegExp)[], spawning: Spawning, dir = dataDir) {
  const told = await startAndStop(dir, spawning);
  expect(told).toMatchObject({ code, out: '', isReady: false });
  expect(told.err).toMatch(/^[^\n]+\n$/);
  expect(told.err).not.toMatch(/ {4}at |node:/);
  for (const word of words) expect(told.err).toMatch(word);
  return told;
}

describe('where to listen', () => {
  test('unavailable: a port that is in use is said', { timeout: TIMEOUT }, async () => {
    makeMigratedFolder(dataDir);
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const port = String((other.address() as AddressInfo).port);
    const line = `The address 127.0.0.1:${port} is in use: stop what listens there, or choose another with --port (or BAILIWICK_PORT).\n`;
    const told = await expectLine(1, [], { env: { BAILIWICK_PORT: port } }).finally(() => other.close());
    expect(told.err).toBe(line);
    expect(existsSync(join(dataDir, 'lock'))).toBe(false);
  });

  test('unavailable: an address of another machine is said', { timeout: TIMEOUT }, async () => {
    makeMigratedFolder(dataDir);
    await expectLine(1, ['192.0.2.1:0 is not an address of this machine'], { env: { BAILIWICK_HOST: '192.0.2.1' } });
  });

  test('unavailable: a socket in no folder is said', { timeout: TIMEOUT }, async () => {
    makeMigratedFolder(dataDir);
    const env = { BAILIWICK_SOCKET_PATH: join(folder, 'none', 'socket') };
    await expectLine(1, ['BAILIWICK_SOCKET_PATH'], { env });
  });
});

describe('the data folder', () => {
  test('refused: one that others can read or change is said, with the command that mends it', {
    timeout: TIMEOUT,
  }, async () => {
    makeMigratedFolder(dataDir);
    chmodSync(dataDir, 0o750);
    const told = await expectLine(1, [], {});
    expect(told.err).toBe(
      `The data folder ${dataDir} is open to other users of this machine (mode 0750). If none of them changed it, close it and start again: chmod 700 '${dataDir}'\n`,
    );
    expect(statSync(dataDir).mode & 0o777).toBe(0o750);
  });

  test('invalid: a file in its place is said', { timeout: TIMEOUT }, async () => {
    writeFileSync(dataDir, '');
    await expectLine(1, [dataDir, 'it exists and is not a folder', 'BAILIWICK_DATA_DIR'], {});
  });

  test('invalid: a folder in a file is said', { timeout: TIMEOUT }, async () => {
    writeFileSync(dataDir, '');
    // Which of two errors the system answers depends on its release.
    await expectLine(1, [/not a folder/], {}, join(dataDir, 'deeper'));
  });

  test('invalid: a folder that may not be made is said', { timeout: TIMEOUT }, async () => {
    await expectLine(1, ['/sys/bailiwick cannot be used', 'BAILIWICK_DATA_DIR'], {}, '/sys/bailiwick');
  });

  // A disk of its own needs no rights where a user may have a name space of its own.
  const onDisk = (options: string, before = '') => ({
    argv: [
      'unshare',
      '-rm',
      'sh',
      '-c',
      `mount -t tmpfs -o ${options} disk "$DISK" && ${before} exec "$0" "$1"`,
      process.execPath,
      MAIN_PATH,
    ],
    env: { DISK: folder },
  });

  test('unavailable: a disk that is read-only is said', { timeout: TIMEOUT }, async () => {
    await expectLine(1, ['its disk is read-only'], onDisk('ro'));
  });

  test.each([64, 8192])('unavailable: a disk that is full after %i KiB is said', { timeout: TIMEOUT }, async (size) => {
    await expectLine(1, ['is full: free some space'], onDisk(`size=${size}k`));
  });

  test('unavailable: a disk that became full is said', { timeout: TIMEOUT }, async () => {
    const kept = join(tmpdir(), `bailiwick-kept-${process.pid}`);
    makeMigratedFolder(join(kept, 'data'));
    const fill = `cp -r ${kept}/data "$DISK" && { dd if=/dev/zero of="$DISK/rest" bs=64k 2>/dev/null || :; } &&`;
    await expectLine(1, ['is full: free some space'], onDisk('size=100m', fill)).finally(() =>
      rmSync(kept, { recursive: true }),
    );
  });
});

describe('files', () => {
  test.each([
    ['is not there', 'none.pem', /it does not exist/],
    ['is a folder', '.', /it is a folder/],
    ['holds no certificate', 'text.pem', /cannot be used together/],
  ])('invalid: a certificate that %s is said', { timeout: TIMEOUT }, async (_what, name, words) => {
    makeMigratedFolder(dataDir);
    writeFileSync(join(folder, 'text.pem'), 'no certificate\n');
    const env = {
      BAILIWICK_TLS_CERTIFICATE_PATH: join(folder, name),
      BAILIWICK_TLS_KEY_PATH: tlsFixture('key-1.pem'),
    };
    await expectLine(1, [words, 'BAILIWICK_TLS_CERTIFICATE_PATH'], { env });
  });

  test('invalid: a key of another certificate is said', { timeout: TIMEOUT }, async () => {
    makeMigratedFolder(dataDir);
    const env = {
      BAILIWICK_TLS_CERTIFICATE_PATH: tlsFixture('certificate-1.pem'),
      BAILIWICK_TLS_KEY_PATH: tlsFixture('key-2.pem'),
    };
    await expectLine(1, ['cannot be used together', 'BAILIWICK_TLS_KEY_PATH'], { env });
  });

  test.each([
    ['in no folder', 'none/key.pem', /it does not exist/],
    ['that is a folder', '.', /it is a folder/],
    ['that holds no key', 'text.pem', /must hold Ed25519 keys/],
  ])('invalid: an audit key file %s is said', { timeout: TIMEOUT }, async (_what, name, words) => {
    makeMigratedFolder(dataDir);
    writeFileSync(join(folder, 'text.pem'), 'no key\n');
    await expectLine(1, [words, 'BAILIWICK_AUDIT_KEY_PATH'], { env: { BAILIWICK_AUDIT_KEY_PATH: join(folder, name) } });
  });

  test.each([
    ['in no folder', 'none/password', /it does not exist/],
    ['that others may read', 'password', /no password file that this user wrote/],
  ])('invalid: a password file %s is said', { timeout: TIMEOUT }, async (_what, name, words) => {
    makeMigratedFolder(dataDir);
    writeFileSync(join(folder, 'password'), 'long enough to be one\n', { mode: 0o644 });
    const env = { BAILIWICK_ADMIN_PASSWORD_PATH: join(folder, name) };
    await expectLine(1, [words, join(folder, name)], { env });
  });
});

describe('configuration', () => {
  test('usage: a file of a setting that is not there is said', { timeout: TIMEOUT }, async () => {
    const env = { DATABASE_URL_FILE: join(folder, 'none') };
    await expectLine(2, ['DATABASE_URL_FILE', join(folder, 'none'), 'cannot be read'], { env });
    expect(readdirSync(folder)).toEqual([]);
  });

  // Of every setting a value that cannot be; those that take any text fail when they are used, as above.
  const anyText = Object.entries(SETTINGS).filter(([, [form]]) => form.safeParse('\u0000').success);
  const strict = Object.keys(SETTINGS).filter((name) => !anyText.some(([loose]) => loose === name));
  test('usage: every setting with a form refuses what has another, in one line that names it', {
    timeout: TIMEOUT,
  }, async () => {
    expect(strict.length).toBeGreaterThan(30);
    expect(strict).toContain('BAILIWICK_TRUSTED_PROXIES');
    const env = Object.fromEntries(strict.map((name) => [name, 'no such thing']));
    await expectLine(2, strict, { env });
  });
});

describe('Postgres', () => {
  test('unavailable: an address where nobody answers is said, without its password', { timeout: TIMEOUT }, async () => {
    const env = { DATABASE_URL: 'postgres://who:secret@127.0.0.1:1/bailiwick' };
    const { err } = await expectLine(1, ['Postgres at 127.0.0.1:1/bailiwick cannot be reached', 'DATABASE_URL'], {
      env,
    });
    expect(err).not.toContain('secret');
  });

  test('unavailable: a host that is not known is said', { timeout: TIMEOUT }, async () => {
    const env = { DATABASE_URL: 'postgres://who:secret@host.invalid/bailiwick' };
    await expectLine(1, ['Postgres at host.invalid:5432/bailiwick cannot be reached'], { env });
  });

  test('unavailable: a server that is no Postgres is said', { timeout: TIMEOUT }, async () => {
    // Asked again and again, it keeps none of the connections.
    const other = createServer((socket) => {
      socket.on('error', () => {}).write('HTTP/1.1 400 Bad Request\r\n\r\n', () => socket.destroy());
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const env = { DATABASE_URL: `postgres://who:secret@127.0.0.1:${port}/bailiwick` };
    await expectLine(1, [`Postgres at 127.0.0.1:${port}/bailiwick`], { env }).finally(() => other.close());
  });

  test('invalid: one that is too old', () => {
    expect(() => requireNewEnough(140_011)).toThrow(/Postgres 14 .* needs 15 or newer/);
    expect(requireNewEnough(150_000)).toBeUndefined();
  });

  test('refused: a driver that was not mended, before anything is asked of the database', {
    timeout: TIMEOUT,
  }, async () => {
    execFileSync('cp', ['-r', join(ROOT, 'dist'), join(folder, 'dist')]);
    for (const name of ['schema', 'drizzle', 'package.json', 'web']) symlinkSync(join(ROOT, name), join(folder, name));
    const modules = join(folder, 'node_modules');
    mkdirSync(modules);
    for (const name of readdirSync(join(ROOT, 'node_modules')))
      if (name !== 'postgres') symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
    execFileSync('cp', ['-r', join(ROOT, 'node_modules', 'postgres'), modules]);
    const changed = join(modules, 'postgres', 'src', 'index.js');
    const text = readFileSync(changed, 'utf8');
    rmSync(changed);
    writeFileSync(changed, text.replaceAll(/\bgone\b/g, 'left'));
    const env = { DATABASE_URL: 'postgres://who:secret@127.0.0.1:1/bailiwick' };
    const argv = [join(folder, 'dist', 'main.js')];
    await expectLine(1, [/driver in .* is not mended/, 'node scripts/patch.mjs'], { env, argv });
  });
});
