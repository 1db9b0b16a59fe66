import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { insertEpoch } from '../../src/authority/index.js';
import { openDatabase } from '../../src/db/open.js';
import { domains } from '../../src/identity/domains/tables.js';
import { roles } from '../../src/identity/roles/tables.js';
import { newId } from '../../src/platform/ids.js';
import { makeMigratedFolder } from '../harness/migrated-folder.js';
import { runCli } from './run-cli.js';

let folder: string;
let dataDir: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-recover-'));
  dataDir = join(folder, 'data');
  vi.stubEnv('BAILIWICK_DATA_DIR', dataDir);
  vi.stubEnv('DATABASE_URL', undefined);
  vi.stubEnv('BAILIWICK_PASSWORD_COST', '15');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const passwordFile = () => `${dataDir}.recovered-password`;

describe('db recover-admin', () => {
  test('ok: the password is in a private file and nowhere else; refused while the folder is in use', async () => {
    makeMigratedFolder(dataDir);
    const database = await openDatabase({ dataDir, connectionsMax: 1 });
    const createdAt = new Date();
    await insertEpoch(database.db);
    await database.db.insert(roles).values({ id: newId('Role'), name: 'admin', isImmutable: true });
    await database.db.insert(domains).values({ id: newId('Domain'), name: 'default', description: null, createdAt });
    const busy = await runCli('db', 'recover-admin');
    expect(busy).toMatchObject({ code: 1, out: '', err: expect.stringContaining(`in use by process ${process.pid}`) });
    expect(existsSync(passwordFile())).toBe(false);
    await database.close();
    const { code, out, err } = await runCli('db', 'recover-admin', '--user', 'rescuer', '--remove-overrides');
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe(`User         rescuer\nDomain       default\nPassword in  ${passwordFile()}\n`);
    expect(statSync(passwordFile()).mode & 0o777).toBe(0o600);
    expect(readFileSync(passwordFile(), 'utf8')).toMatch(/^[\w-]{24}\n$/);
    const again = await runCli('db', 'recover-admin');
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('already exists') });
  }, 60_000);

  test('refused: where there is no data, none is made', async () => {
    const { code, err } = await runCli('db', 'recover-admin');
    expect([code, err]).toEqual([1, expect.stringContaining('There is no data in')]);
    expect(existsSync(dataDir)).toBe(false);
  });
});
