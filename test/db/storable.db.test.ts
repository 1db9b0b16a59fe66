import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseFault } from '../../src/db/errors.js';
import type { Db } from '../../src/db/open.js';
import { rowsOf } from '../../src/db/rows.js';
import { openTestDatabase, type TestDatabase } from '../harness/engine.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

/** A text as it comes back from the database, or what is wrong with it. */
async function sentTo(db: Db, text: string): Promise<string | undefined> {
  try {
    const [row] = await rowsOf<{ text: string }>(db, sql`select ${text}::text as text`);
    return row?.text;
  } catch (error) {
    return databaseFault(error).kind;
  }
}

describe('a text as a parameter', () => {
  const WAYS: Readonly<Record<string, (text: string) => Promise<string | undefined>>> = {
    'a statement': (text) => sentTo(database.db, text),
    'a transaction': (text) => database.db.transaction((tx) => sentTo(tx, text)),
  };

  test.each(Object.entries(WAYS))('ok: what %s sends comes back as it was', async (_where, sent) => {
    for (const text of ['', '😀', '\ufffd', '\u{10ffff}', 'a\u0001']) expect(await sent(text)).toBe(text);
  });

  test.each(Object.entries(WAYS))('invalid: %s sends no text that would become another', async (_where, sent) => {
    for (const text of ['\ud800', '\udfff', 'a\ud83d', '\ude00\ud83d', 'a\0'])
      expect(await sent(text), JSON.stringify(text)).toBe('unstorable-text');
    expect(await sent('a')).toBe('a');
  });

  test('invalid: JSON with a character that no text can have', async () => {
    const json = JSON.stringify({ a: '\0' });
    const sent = rowsOf(database.db, sql`select ${json}::jsonb as json`).catch((error) => databaseFault(error).kind);
    expect(await sent).toBe('unstorable-text');
  });
});
