import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectionOf, removeAt, updateAt } from '../../src/db/by-id.js';
import { domains } from '../../src/identity/domains/tables.js';
import { newId } from '../../src/platform/ids.js';
import { openTestDatabase, type TestDatabase } from '../harness/engine.js';

let database: TestDatabase;
const rows = ['a', 'b', 'c'].map((name) => {
  return { id: newId('Domain'), name, version: 1, description: null, createdAt: new Date('2026-03-01T00:00:00Z') };
});
beforeAll(async () => {
  database = await openTestDatabase();
  await database.db.insert(domains).values([...rows].reverse());
}, 120_000);
afterAll(() => database.close());

describe('rows by id', () => {
  test('ok: pages follow one another in the order of ids, and the last one says so', async () => {
    const page = (after: string | null) => connectionOf(database.db, domains, [], { first: 2, after });
    const first = await page(null);
    expect(first.nodes.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(first.pageInfo.hasNextPage).toBe(true);
    const last = await page(first.pageInfo.endCursor);
    expect(last.nodes.map(({ name }) => name)).toEqual(['c']);
    expect(last.pageInfo.hasNextPage).toBe(false);
  });

  test('stale: what changed since it was read is neither changed nor removed', async () => {
    const [read] = rows;
    if (read === undefined) throw new Error('there are no rows');
    const { db } = database;
    const changed = await db.transaction((tx) => updateAt(tx, domains, read, { description: 'new' }));
    expect(changed).toEqual({ ...read, description: 'new', version: 2 });
    expect(await db.transaction((tx) => updateAt(tx, domains, read, { description: 'newer' }))).toBeUndefined();
    expect(await db.transaction((tx) => removeAt(tx, domains, read))).toBe(false);
    expect(await db.transaction((tx) => removeAt(tx, domains, { id: read.id, version: 2 }))).toBe(true);
    expect((await connectionOf(db, domains, [], {})).nodes).toHaveLength(2);
  });
});
