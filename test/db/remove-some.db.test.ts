import { gt, sql } from 'drizzle-orm';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { requestIdSweep, type Services } from '../../src/authority/index.js';
import { idempotencyKeys } from '../../src/authority/tables.js';
import type { Tx } from '../../src/db/open.js';
import { removeSome } from '../../src/db/remove-some.js';
import { openTestDatabase } from '../harness/engine.js';
import { asId, asIds } from '../harness/ids.js';

const ROWS = 1050;
const LIMIT = 7;
/** What a sweep of request ids removes in one go. */
const SWEPT_AT_ONCE = 500;
const past = new Date(1_000_000_000_000);

const { database, close } = await openTestDatabase();
const { db } = database;
beforeEach(async () => {
  await db.delete(idempotencyKeys);
  const common = { mutation: 'm', requestId: 'r', inputHash: '', resultId: '', expiresAt: past };
  const rows = Array.from({ length: ROWS }, (_, index) => ({ ...common, principalId: `p-${index}` }));
  await db.insert(idempotencyKeys).values(asIds(rows));
});
afterAll(() => close());

/** Under the plan that runs the part which chooses rows again for each row of the table. */
const byNestedLoop = (run: (tx: Tx) => Promise<number>): Promise<number> =>
  db.transaction(async (tx) => {
    for (const way of ['hashjoin', 'mergejoin', 'hashagg', 'sort', 'material', 'bitmapscan', 'indexscan'])
      await tx.execute(sql.raw(`set local enable_${way} = off`));
    return run(tx);
  });

test('ok: no more rows go than the limit, whatever plan runs', async () => {
  const isAny = gt(idempotencyKeys.principalId, asId(''));
  expect(await byNestedLoop((tx) => removeSome(tx, idempotencyKeys.principalId, isAny, LIMIT))).toBe(LIMIT);
  expect(await db.$count(idempotencyKeys)).toBe(ROWS - LIMIT);
});

test('ok: nor of rows whose key has several columns', async () => {
  const sweep = (tx: Tx) =>
    requestIdSweep.removeSome({ db: tx, clock: { now: () => new Date() } } as never as Services, {});
  expect(await byNestedLoop(sweep)).toBe(SWEPT_AT_ONCE);
  expect(await db.$count(idempotencyKeys)).toBe(ROWS - SWEPT_AT_ONCE);
});
