import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../../harness/engine.js';
import { isStored, packed, refer, store, sweepOnce, textOf } from './stored.js';

let opened: TestDatabase;
beforeAll(async () => {
  opened = await openTestDatabase();
}, 60_000);
afterAll(() => opened.close());

test('ok: content that something refers to stays, whatever else is removed with its pieces', async () => {
  const { db } = opened;
  const kept = await store(db, await packed('kept'));
  await refer(db, kept);
  const orphan = await store(db, await packed('orphan'));
  expect(await sweepOnce(db)).toBe(1);
  expect([await isStored(db, kept), await isStored(db, orphan)]).toEqual([true, false]);
  expect(await textOf(db, kept)).toBe('kept');
  await expect(textOf(db, orphan)).rejects.toThrow('not stored');
  expect(await sweepOnce(db)).toBe(0);
});

test('ok: many orphans are removed some at a time', async () => {
  const { db } = opened;
  for (let number = 0; number < 20; number++) await store(db, await packed(`orphan ${number}`));
  expect([await sweepOnce(db), await sweepOnce(db), await sweepOnce(db)]).toEqual([16, 4, 0]);
});

test('ok: content that was removed can be stored again', async () => {
  const { db } = opened;
  const content = await packed('come and gone');
  const digest = await store(db, content);
  await sweepOnce(db);
  expect(await store(db, content)).toBe(digest);
  expect(await textOf(db, digest)).toBe('come and gone');
});

test('same: what refers to content in the database is what the sweep asks, and the pieces', async () => {
  const found = await opened.db.execute(sql`
    select c.conrelid::regclass || '.' || a.attname as column from pg_constraint c
    join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
    where c.contype = 'f' and c.confrelid = 'contents'::regclass order by 1`);
  const rows = (Array.isArray(found) ? found : (found as { rows: unknown[] }).rows) as { column: string }[];
  expect(rows.map(({ column }) => column)).toEqual([
    'allowlist_revisions.ima_digest',
    'content_chunks.digest',
    'uploads.content_digest',
  ]);
});
