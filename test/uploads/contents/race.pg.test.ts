import { setTimeout as delay } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contents, storeContent } from '../../../src/uploads/contents/index.js';
import { uploads } from '../../../src/uploads/uploads/tables.js';
import { openTestPostgres, type TestDatabase } from '../../harness/engine.js';
import { isStored, NOW, packed, referTo, store, sweepOnce, textOf } from './stored.js';

// Two transactions at once, which the embedded engine's one connection does not have.
let opened: TestDatabase;
beforeAll(async () => {
  opened = await openTestPostgres();
}, 60_000);
afterAll(() => opened.close());

test('ok: content that is being stored again is not removed before something refers to it', async () => {
  const { db } = opened;
  const content = await packed('stored again');
  await store(db, content);
  await db.transaction(async (tx) => {
    const digest = await storeContent(tx, content, NOW);
    expect(await sweepOnce(db)).toBe(0);
    await referTo(tx, digest);
    expect(await sweepOnce(db)).toBe(0);
  });
  expect(await textOf(db, content.digest)).toBe('stored again');
});

test('ok: content that is being removed is stored anew', async () => {
  const { db } = opened;
  const content = await packed('removed meanwhile');
  await store(db, content);
  let again: Promise<void> | undefined;
  await db.transaction(async (sweeping) => {
    await sweeping.select().from(contents).where(eq(contents.digest, content.digest)).for('update');
    again = db.transaction(async (tx) => referTo(tx, await storeContent(tx, content, NOW)));
    // By now it waits for this transaction.
    await delay(300);
    await sweeping.delete(contents).where(eq(contents.digest, content.digest));
  });
  await again;
  expect(await textOf(db, content.digest)).toBe('removed meanwhile');
});

test('ok: of many that store and refer while two replicas sweep, none loses its content', async () => {
  const { db } = opened;
  const contentsOfAll = await Promise.all(['a', 'b', 'c'].map(packed));
  let isOver = false;
  let removed = 0;
  const sweeping = [1, 2].map(async () => {
    while (!isOver) removed += await sweepOnce(db);
  });
  for (let round = 0; round < 60; round++) {
    await Promise.all(
      contentsOfAll.map(async (content) => {
        await db.transaction(async (tx) => referTo(tx, await storeContent(tx, content, NOW)));
        expect(await isStored(db, content.digest)).toBe(true);
        await db.delete(uploads).where(eq(uploads.contentDigest, content.digest));
      }),
    );
  }
  isOver = true;
  await Promise.all(sweeping);
  // Otherwise nothing raced.
  expect(removed).toBeGreaterThan(10);
});
