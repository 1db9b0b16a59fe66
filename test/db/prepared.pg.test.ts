import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rowsOf } from '../../src/db/rows.js';
import { statement } from '../../src/db/statement.js';
import { openTestPostgres } from '../harness/engine.js';

/** As many texts as are prepared, and how often each must come. */
const [FORMS, SIGHTINGS] = [500, 3];

let opened: Awaited<ReturnType<typeof openTestPostgres>>;
beforeAll(async () => {
  opened = await openTestPostgres();
});
afterAll(() => opened.close());

const prepared = async (run: () => Promise<unknown>) => {
  const before = opened.database.sent('prepared');
  await run();
  return opened.database.sent('prepared') > before;
};

test('bounded: callers who ask in many forms use up the room for forms, and never that of fixed statements', async () => {
  const form = (n: number) => rowsOf(opened.db, sql.raw(`select ${n} as form`));
  for (let n = 0; n < FORMS; n += 1) for (let time = 0; time < SIGHTINGS; time += 1) await form(n);
  expect(await prepared(() => form(0))).toBe(true);
  for (let time = 0; time < SIGHTINGS; time += 1) expect(await prepared(() => form(FORMS))).toBe(false);
  const fixed = statement<{ n: number }, { n: number }>((value) => sql`select ${value('n')}::int as n`);
  expect(await prepared(async () => expect(await fixed(opened.db, { n: 7 })).toEqual([{ n: 7 }]))).toBe(true);
});
