import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db, RootDb, Tx } from '../../src/db/open.js';
import { openTestDatabase, type TestDatabase } from '../harness/engine.js';

let opened: TestDatabase;
beforeAll(async () => {
  opened = await openTestDatabase();
  await opened.db.execute(sql`create table noted (word text)`);
});
afterAll(async () => {
  await opened.db.execute(sql`drop table noted`);
  await opened.close();
});

const note = (tx: Tx, word: string) => tx.execute(sql`insert into noted values (${word})`);
const words = async (db: Db) => (await db.select({ word: sql<string>`word` }).from(sql`noted`)).map(({ word }) => word);

describe('a transaction', () => {
  test('ok: what it wrote is there once it ended, and not when it failed', async () => {
    await opened.db.transaction((tx) => note(tx, 'kept'));
    const failed = opened.db.transaction(async (tx) => {
      await note(tx, 'undone');
      throw new Error('after all');
    });
    await expect(failed).rejects.toThrow('after all');
    expect(await words(opened.db)).toEqual(['kept']);
  });

  test('refused: another one inside it, and nothing of either commits', async () => {
    const nested = opened.db.transaction(async (tx) => {
      await note(tx, 'outer');
      await (tx as Tx & RootDb).transaction((inner) => note(inner, 'inner'));
    });
    await expect(nested).rejects.toThrow('A transaction cannot begin inside another');
    expect(await words(opened.db)).toEqual(['kept']);
  });

  test.each(['read', 'write', 'caller', 'stranger', 'stream', 'chore'] as const)(
    'refused: the same on the connections of a %s',
    async (share) => {
      const db = opened.database.at(share);
      const nested = db.transaction((tx) => (tx as Tx & RootDb).transaction(async () => 'began'));
      await expect(nested).rejects.toThrow('A transaction cannot begin inside another');
    },
  );
});
