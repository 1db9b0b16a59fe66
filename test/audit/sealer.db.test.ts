import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateKey } from '../../src/audit/chain/index.js';
import { sealBatch, startSealer } from '../../src/audit/sealer/index.js';
import { readKeyFile } from '../../src/audit/seals/index.js';
import { type Db, openDatabase, type RootDb } from '../../src/db/open.js';
import { createWhole } from '../../src/platform/durable-file.js';
import { makeMigratedFolder } from '../harness/migrated-folder.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { count, outOfOrder, sealAll, verifyAll } from './chain.js';

const onPostgres = process.env.TEST_ENGINE === 'postgres';
const WRITERS = 8;
const CREATE = `mutation ($name: String!) { createAllowlist(input: { name: $name, tpmPolicy: "{\\"0\\": [\\"${'0'.repeat(64)}\\"]}" }) {
  allowlist { id } userErrors { code } } }`;

describe('a sealer among writers', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  }, 60_000);
  afterAll(() => server.close());

  test(`ok: while ${WRITERS} write, two sealers seal every entry once, in the order of transactions`, async () => {
    const { services } = server;
    const { token } = await server.token({ scope: { type: 'system' }, role: 'manager' });
    const sealers = [startSealer(services), startSealer(services)];
    const made = await Promise.all(
      Array.from({ length: WRITERS }, async (_, writer) => {
        for (let nth = 0; nth < 20; nth++) {
          // Every fifth is refused, so that transactions that roll back are between those that commit.
          const name = nth % 5 === 0 ? 'taken' : `w${writer}-${nth}`;
          const answer = await server.graphql(CREATE, { name }, token);
          expect(answer.body.errors).toBeUndefined();
        }
      }),
    );
    expect(made).toHaveLength(WRITERS);
    const sealedByThen = await count(services.db, 'audit_seals');
    await Promise.all(sealers.map((sealer) => sealer.stop()));
    await sealAll(services);
    const entries = await count(services.db, 'audit_entries');
    expect(entries).toBeGreaterThan(WRITERS * 16);
    expect(sealedByThen).toBeGreaterThan(0);
    expect(await verifyAll(services.db, services.settings.auditKeyPath)).toBe(entries);
    expect(await outOfOrder(services.db)).toEqual([]);
  });
});

describe('a sealer with another key than the one that signed', () => {
  test('ok: it goes on, and says once which key is missing', async () => {
    const server = await startTestServer();
    const { services } = server;
    const lines: string[] = [];
    const log = pino(new Writable({ write: (chunk, _encoding, done) => done(void lines.push(String(chunk))) }));
    try {
      await sealAll(services);
      const { id } = readKeyFile(services.settings.auditKeyPath);
      const auditKeyPath = `${services.settings.auditKeyPath}.other`;
      createWhole(auditKeyPath, generateKey());
      const { token } = await server.token({ scope: { type: 'system' }, role: 'manager' });
      const sealer = startSealer({ ...services, log, settings: { ...services.settings, auditKeyPath } });
      await server.graphql(CREATE, { name: 'sealed' }, token);
      for (const deadline = Date.now() + 30_000; lines.length === 0 && Date.now() < deadline; ) await delay(20);
      // Long enough for more batches.
      await delay(1500);
      await sealer.stop();
      expect(lines.map((line) => JSON.parse(line))).toEqual([
        expect.objectContaining({
          level: 50,
          keyId: id,
          msg: expect.stringContaining('give all servers of the database the same file'),
        }),
      ]);
      const entries = await count(services.db, 'audit_entries');
      expect(await count(services.db, 'audit_seals')).toBe(entries);
    } finally {
      await server.close();
    }
  }, 60_000);
});

describe('a sealer that is killed', () => {
  const ROOT = fileURLToPath(new URL('../..', import.meta.url));
  const MAIN = join(ROOT, 'dist', 'main.js');
  const KILLS_MAX = 10;
  /** Two where time allows, as in CI. */
  const IN_THE_MIDDLE = process.env.CRASH_KILLS === undefined ? 1 : 2;
  const ENTRIES = 5000;
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-sealer-'));
  const dataDir = join(folder, 'data');
  const auditKeyPath = join(folder, 'audit-key.pem');
  const database = `bailiwick_sealer_${process.pid}`;
  let url: string | undefined;
  let child: ChildProcess | null = null;

  const onServer = async (statement: string) => {
    const admin = postgres(process.env.TEST_DATABASE_URL ?? '', { max: 1, onnotice: () => {} });
    await admin.unsafe(statement);
    await admin.end();
  };
  beforeAll(async () => {
    if (!existsSync(MAIN)) execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { cwd: ROOT });
    if (!onPostgres) return;
    await onServer(`create database ${database}`);
    url = Object.assign(new URL(process.env.TEST_DATABASE_URL ?? ''), { pathname: `/${database}` }).href;
  });
  afterAll(async () => {
    child?.kill('SIGKILL');
    if (onPostgres) await onServer(`drop database ${database} with (force)`);
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs the server, whose sealer begins at once, and kills it so long after it is ready. */
  async function runFor(ms: number): Promise<void> {
    const running = spawn(process.execPath, [MAIN], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env.PATH,
        BAILIWICK_PORT: '0',
        BAILIWICK_DATA_DIR: dataDir,
        BAILIWICK_PASSWORD_COST: '15',
        BAILIWICK_ADMIN_PASSWORD_PATH: join(folder, 'admin-password'),
        BAILIWICK_AUDIT_KEY_PATH: auditKeyPath,
        BAILIWICK_LOG_LEVEL: 'silent',
        ...(url && { DATABASE_URL: url }),
      },
    });
    child = running;
    await new Promise((resolve) => running.stdout?.once('data', resolve));
    await delay(ms);
    const gone = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await gone;
  }

  test('kept: after kills in the middle nothing is missing, twice or forked', { timeout: 180_000 }, async () => {
    const within = async <T>(run: (db: RootDb) => Promise<T>): Promise<T> => {
      const { db, close } = await openDatabase({ url, dataDir, connectionsMax: 2 });
      return run(db).finally(close);
    };
    if (!onPostgres) makeMigratedFolder(dataDir);
    await within((db) => backlog(db, ENTRIES));
    let sealed = 0;
    let killedInTheMiddle = 0;
    for (let kill = 1, ms = 100; kill <= KILLS_MAX && killedInTheMiddle < IN_THE_MIDDLE && sealed < ENTRIES; kill++) {
      await runFor(ms);
      const now = await within((db) => count(db, 'audit_seals'));
      if (now > sealed && now < ENTRIES) killedInTheMiddle += 1;
      // Before the first batch was through: a machine this slow needs longer.
      if (now === sealed) ms *= 2;
      sealed = now;
    }
    expect(killedInTheMiddle).toBeGreaterThan(0);
    await within(async (db) => {
      const keys = readKeyFile(auditKeyPath);
      for (const deadline = Date.now() + 30_000; (await sealBatch(db, keys, new Date())) > 0; )
        expect(Date.now()).toBeLessThan(deadline);
      const entries = await count(db, 'audit_entries');
      expect(entries).toBeGreaterThanOrEqual(ENTRIES);
      expect(await count(db, 'audit_seals')).toBe(entries);
      expect(await verifyAll(db, auditKeyPath)).toBe(entries);
    });
  });

  const backlog = (db: Db, entries: number) =>
    db.execute(sql`insert into audit_entries (id, occurred_at, action, outcome, request_id, details)
      select 'aud_' || gen_random_uuid(), now(), 'test.made', 'ALLOWED', 'request', '{}'
      from generate_series(1, ${entries}::int)`);
});
