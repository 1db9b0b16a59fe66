import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectionOf, firstVersion, removeAt, touchByIds, updateAt, updateById } from '../../src/db/by-id.js';
import { domains } from '../../src/identity/domains/tables.js';
import { newId } from '../../src/platform/ids.js';
import { openTestDatabase, type TestDatabase } from '../harness/engine.js';

let database: TestDatabase;
const later = new Date('2026-03-02T00:00:00Z');
const latest = new Date('2026-03-03T00:00:00Z');
const rows = ['a', 'b', 'c'].map((name) => {
  return { id: newId('Domain'), name, description: null, ...firstVersion(new Date('2026-03-01T00:00:00Z')) };
});
beforeAll(async () => {
  database = await openTestDatabase();
  await database.db.insert(domains).values([...rows].reverse());
}, 120_000);
afterAll(() => database.close());

describe('rows by id', () => {
  test('ok: pages follow one another in the order of ids, and the last one says so', async () => {
    const page = (after: string | null) => connectionOf(database.db, domains, {}, { first: 2, after });
    const first = await page(null);
    expect(first.nodes.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(first.pageInfo.hasNextPage).toBe(true);
    const last = await page(first.pageInfo.endCursor);
    expect(last.nodes.map(({ name }) => name)).toEqual(['c']);
    expect(last.pageInfo.hasNextPage).toBe(false);
  });

  test('ok: every change says when it was; what the etag does not count leaves the version', async () => {
    const [, row] = rows;
    if (row === undefined) throw new Error('there are no rows');
    const { db } = database;
    await db.transaction((tx) => updateById({ tx, now: later }, domains, row.id, { description: 'new' }));
    const counted = { ...row, description: 'new', version: 2, updatedAt: later };
    expect((await connectionOf(db, domains, { also: [eq(domains.id, row.id)] }, {})).nodes).toEqual([counted]);
    await db.transaction((tx) => touchByIds({ tx, now: latest }, domains, [row.id]));
    const touched = { ...counted, updatedAt: latest };
    expect((await connectionOf(db, domains, { also: [eq(domains.id, row.id)] }, {})).nodes).toEqual([touched]);
  });

  test('stale: what changed since it was read is neither changed nor removed', async () => {
    const [read] = rows;
    if (read === undefined) throw new Error('there are no rows');
    const { db } = database;
    const update = (description: string) =>
      db.transaction((tx) => updateAt({ tx, now: later }, domains, read, { description }));
    expect(await update('new')).toEqual({ ...read, description: 'new', version: 2, updatedAt: later });
    expect(await update('newer')).toBeUndefined();
    expect(await db.transaction((tx) => removeAt(tx, domains, read))).toBe(false);
    expect(await db.transaction((tx) => removeAt(tx, domains, { id: read.id, version: 2 }))).toBe(true);
    expect((await connectionOf(db, domains, {}, {})).nodes).toHaveLength(2);
  });
});
