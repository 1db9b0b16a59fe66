import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePartitions, sealBatch } from '../../src/audit/sealer/index.js';
import { ensureKeyFile, readKeyFile } from '../../src/audit/seals/index.js';
import { ADVISORY_LOCKS, type Tx } from '../../src/db/open.js';
import { rowsOf } from '../../src/db/rows.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { writeEntries } from './chain.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await ensureKeyFile(server.services.db, server.services.settings.auditKeyPath);
});
afterAll(() => server.close());

/** Runs something while another transaction is where `hold` brought it. */
async function during<T>(hold: (tx: Tx) => Promise<unknown>, run: () => Promise<T>): Promise<T> {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let holding: Promise<void> | undefined;
  await new Promise<void>((resolve, reject) => {
    holding = server.services.db.transaction(async (tx) => {
      await hold(tx);
      resolve();
      await released;
    });
    holding.catch(reject);
  });
  return run().finally(async () => {
    release();
    await holding;
  });
}

describe('turns that transactions take', () => {
  test('ok: no two kinds share a number', () => {
    const numbers = Object.values(ADVISORY_LOCKS);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  test('ok: entries are sealed while events are on their way to be told', async () => {
    const { db, settings } = server.services;
    await writeEntries(server.services, 3);
    const lock = sql`select pg_advisory_xact_lock(${ADVISORY_LOCKS.events}::bigint)`;
    // A transaction of another test, in another database of the cluster, may hold the entries up for a while.
    const seal = () => sealBatch(db, readKeyFile(settings.auditKeyPath), new Date());
    await during(
      (tx) => tx.execute(lock),
      () => expect.poll(seal, { timeout: 20_000 }).toBeGreaterThan(0),
    );
  });

  test('ok: partitions are made although a sealer is at work when their time comes', async () => {
    const { db } = server.services;
    const lock = sql`select pg_advisory_xact_lock(${ADVISORY_LOCKS.sealer}::bigint)`;
    let making: Promise<void> | undefined;
    await during(
      (tx) => tx.execute(lock),
      async () => {
        making = makePartitions(db, new Date('2033-03-01T00:00:00Z'));
        const waiting = sql`select count(*)::int as n from pg_locks where locktype = 'advisory' and not granted
          and objid = ${ADVISORY_LOCKS.sealer} and database = (select oid from pg_database where datname = current_database())`;
        await expect.poll(async () => (await rowsOf<{ n: number }>(db, waiting))[0]?.n).toBe(1);
      },
    );
    await making;
    const found = sql`select to_regclass('audit_entries_203303') is not null as "isThere"`;
    expect(await rowsOf(db, found)).toEqual([{ isThere: true }]);
  });
});
