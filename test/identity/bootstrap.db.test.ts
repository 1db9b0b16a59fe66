import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bootstrapIdentity } from '../../src/identity/bootstrap.js';
import { BY_SERVER, passwordMatches } from '../../src/identity/users/password.js';
import { users } from '../../src/identity/users/tables.js';
import { openTestDatabase, type TestDatabase } from '../harness/engine.js';
import { startTestServer, type TestServer } from '../harness/server.js';

const LONG = 'long enough to be one';

let server: TestServer;
let empty: TestDatabase;
let folder: string;
let path: string;
beforeAll(async () => {
  server = await startTestServer();
  empty = await openTestDatabase();
});
afterAll(async () => {
  await server.close();
  await empty.close();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-first-'));
  path = join(folder, 'admin-password');
  return () => rmSync(folder, { recursive: true });
});

const start = () => bootstrapIdentity({ ...server.services, db: empty.db }, path);

describe('the first start', () => {
  test.each([
    ['is empty', () => writeFileSync(path, '', { mode: 0o600 })],
    ['is shorter than a password', () => writeFileSync(path, 'half a pass', { mode: 0o600 })],
    ['others may read', () => writeFileSync(path, LONG, { mode: 0o600 }) ?? chmodSync(path, 0o640)],
    ['is a link', () => writeFileSync(`${path}.else`, LONG, { mode: 0o600 }) ?? symlinkSync(`${path}.else`, path)],
    ['is no file', () => symlinkSync('/dev/null', path)],
  ])('invalid: a password file that %s makes no administrator', async (_what, put) => {
    put();
    await expect(start()).rejects.toThrow('no password file');
    expect(await empty.db.select().from(users)).toEqual([]);
  });

  test('ok: it writes a password that only its user can read, and leaves nothing else', async () => {
    expect(existsSync(path)).toBe(false);
    expect(await start()).toBe(path);
    const [admin] = await empty.db.select().from(users);
    const password = readFileSync(path, 'utf8').trim();
    expect(password).toHaveLength(24);
    expect(await passwordMatches(password, admin?.passwordHash ?? null, 8, BY_SERVER)).toBe(true);
    expect(readdirSync(folder)).toEqual(['admin-password']);
    expect(await start()).toBeNull();
  });

  test('ok: the password of a start that did not finish is kept', async () => {
    writeFileSync(path, `${LONG}\n`, { mode: 0o600 });
    const other = await openTestDatabase();
    await bootstrapIdentity({ ...server.services, db: other.db }, path);
    const [admin] = await other.db.select().from(users);
    await other.close();
    expect(await passwordMatches(LONG, admin?.passwordHash ?? null, 8, BY_SERVER)).toBe(true);
  });
});
