import { afterAll, beforeAll, expect, test } from 'vitest';
import { sealBatch } from '../../src/audit/sealer/index.js';
import { readKeyFile } from '../../src/audit/seals/index.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { count, outOfOrder, sealAll, verifyAll, writeEntries, writeEntry } from './chain.js';

// Two transactions at a time are needed, and the embedded engine has one connection.
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.close());

test('ok: what commits behind a running transaction waits for it', async () => {
  const { db, clock, settings } = server.services;
  const keys = readKeyFile(settings.auditKeyPath);
  await sealAll(server.services);
  const before = await count(db, 'audit_seals');
  await db.transaction(async (slow) => {
    await writeEntry(slow, server.services);
    await writeEntries(server.services, 1);
    expect(await sealBatch(db, keys, clock.now())).toBe(0);
  });
  expect(await sealAll(server.services)).toBe(2);
  expect(await verifyAll(db, settings.auditKeyPath)).toBe(before + 2);
  expect(await outOfOrder(db)).toEqual([]);
});
