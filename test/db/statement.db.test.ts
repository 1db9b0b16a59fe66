import { sql } from 'drizzle-orm';
import { customType, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseFault, faultForLog } from '../../src/db/errors.js';
import { statement } from '../../src/db/statement.js';
import { openTestDatabase, type TestDatabase } from '../harness/engine.js';

/** A type that its column converts. */
const shouted = customType<{ data: string; driverData: string }>({
  dataType: () => 'text',
  toDriver: (word) => word.toUpperCase(),
});
const words = pgTable('noted_words', {
  word: text('word').primaryKey(),
  shout: shouted('shout'),
  count: integer('count'),
  at: timestamp('at', { withTimezone: true }),
});

interface Noted {
  readonly word: string;
  readonly shout: string | null;
  readonly count: number | null;
  readonly at: Date | null;
}

const insert = statement<Noted, never>(
  (value) => sql`insert into ${words} (word, shout, count, at)
    values (${value('word')}, ${value('shout', words.shout)}, ${value('count')}, ${value('at')})`,
);
const find = statement<{ word: string }, { word: string; shout: string; count: number; at: string }>(
  (value) => sql`select word, shout, count, at from ${words} where ${words.word} = ${value('word')}`,
);
const findAll = statement<object, { word: string }>(() => sql`select word from ${words} order by word`);
const among = statement<{ list: string }, { word: string }>(
  (value) => sql`select word from ${words}
    where word in (select json_array_elements_text(${value('list')}::json)) order by word`,
);

const sent: { readonly text: string; readonly values: readonly unknown[] }[] = [];
let opened: TestDatabase;
beforeAll(async () => {
  opened = await openTestDatabase({ logQuery: (text, values) => void sent.push({ text, values }) });
  await opened.db.execute(sql`create table noted_words (word text primary key, shout text, count int, at timestamptz)`);
});
afterAll(async () => {
  await opened.db.execute(sql`drop table noted_words`);
  await opened.close();
});

const AT = new Date('2026-01-02T03:04:05.678Z');

describe('a fixed statement', () => {
  test('ok: writes values as their columns do, and reads rows by name, with times as text', async () => {
    await insert(opened.db, { word: 'one', shout: 'hey', count: 3, at: AT });
    const [row] = await find(opened.db, { word: 'one' });
    expect(row).toMatchObject({ word: 'one', shout: 'HEY', count: 3 });
    expect(row?.at).toBeTypeOf('string');
    expect(new Date(row?.at ?? '')).toEqual(AT);
  });

  test('ok: null is null, for columns that convert too', async () => {
    await insert(opened.db, { word: 'nothing', shout: null, count: null, at: null });
    expect(await find(opened.db, { word: 'nothing' })).toEqual([
      { word: 'nothing', shout: null, count: null, at: null },
    ]);
  });

  test('ok: each run has its own values, and the text is the same', async () => {
    sent.length = 0;
    for (let times = 0; times < 6; times += 1)
      expect((await find(opened.db, { word: times % 2 ? 'one' : 'nothing' })).map(({ word }) => word)).toEqual([
        times % 2 ? 'one' : 'nothing',
      ]);
    expect(new Set(sent.map(({ text }) => text)).size).toBe(1);
    expect(sent.map(({ values }) => values[0])).toEqual(['nothing', 'one', 'nothing', 'one', 'nothing', 'one']);
  });

  test('ok: without values, as often as it comes', async () => {
    for (let times = 0; times < 6; times += 1) expect(await findAll(opened.db, {})).toHaveLength(2);
  });

  test('ok: a list goes as the text of a JSON array', async () => {
    const list = JSON.stringify(['one', 'missing', 'no, "one"']);
    expect(await among(opened.db, { list })).toEqual([{ word: 'one' }]);
  });

  test('ok: in a transaction it belongs to it', async () => {
    const failed = opened.db.transaction(async (tx) => {
      await insert(tx, { word: 'undone', shout: null, count: null, at: null });
      expect(await find(tx, { word: 'undone' })).toHaveLength(1);
      throw new Error('after all');
    });
    await expect(failed).rejects.toThrow('after all');
    expect(await find(opened.db, { word: 'undone' })).toEqual([]);
  });

  test('ok: several of a transaction can go together, and each gets its own rows', async () => {
    const found = await opened.db.transaction((tx) =>
      Promise.all(['one', 'missing', 'nothing'].map((word) => find(tx, { word }))),
    );
    expect(found.map((rows) => rows.map(({ word }) => word))).toEqual([['one'], [], ['nothing']]);
  });

  test('refused: a value that is missing', async () => {
    expect(() => find(opened.db, {} as never)).toThrow('The statement has no value for word.');
  });

  test('invalid: what the database refuses has its cause, and no values', async () => {
    const failed = insert(opened.db, { word: 'one', shout: 'secret', count: null, at: null });
    const error = await failed.catch((caught: unknown) => caught);
    expect(databaseFault(error)).toEqual({ kind: 'unique', constraint: 'noted_words_pkey' });
    expect(JSON.stringify(faultForLog(error))).not.toContain('SECRET');
    expect(String(error)).not.toContain('SECRET');
  });

  test('invalid: half a character is not sent', async () => {
    const error = await find(opened.db, { word: '\ud800' }).catch((caught: unknown) => caught);
    expect(databaseFault(error)).toEqual({ kind: 'unstorable-text' });
  });
});
