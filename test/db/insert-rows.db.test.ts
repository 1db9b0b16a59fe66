import { asc } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { insertRows } from '../../src/db/insert-rows.js';
import { eventOutbox } from '../../src/events/index.js';
import { newId } from '../../src/platform/ids.js';
import { openTestDatabase, type TestDatabase } from '../harness/engine.js';

const statements: string[] = [];
const AT = new Date('2026-03-01T00:00:00.123Z');
const MANY = 300;

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase({ logQuery: (text) => void statements.push(text) });
}, 60_000);
afterAll(() => database.close());
beforeEach(() => database.database.db.delete(eventOutbox));

const row = (n: number) => ({
  id: newId('Event'),
  type: 'agent.trust_changed',
  objectId: `object ${n} "quoted", {braced}, \\ and \u{1f512}`,
  details: { n, nested: { text: 'a "b" \\ c', none: null } },
  occurredAt: new Date(AT.getTime() + n),
});
const stored = () => database.database.db.select().from(eventOutbox).orderBy(asc(eventOutbox.turn));

describe('insertRows', () => {
  test.each([0, 1, 8, 9, MANY])('ok: %i rows come back as they are, in their order', async (count) => {
    const rows = Array.from({ length: count }, (_, n) => row(n));
    await insertRows(database.database.db, eventOutbox, rows);
    expect((await stored()).map(({ turn: _, ...rest }) => rest)).toEqual(rows);
  });

  test('refused: rows of which one has a column that another lacks', async () => {
    const { details: _, ...less } = row(1);
    const rows = [less, row(2)] as ReturnType<typeof row>[];
    await expect(insertRows(database.database.db, eventOutbox, rows)).rejects.toThrow('must have the same columns');
  });

  test('ok: values that all rows have, and rows that differ only in their key', async () => {
    const rows = Array.from({ length: MANY }, () => ({ ...row(1), id: newId('Event') }));
    statements.length = 0;
    await insertRows(database.database.db, eventOutbox, rows);
    expect((await stored()).map(({ turn: _, ...rest }) => rest)).toEqual(rows);
    const [statement = ''] = statements.filter((text) => text.startsWith('insert'));
    // One parameter a column, whatever the number of rows.
    expect(new Set(statement.match(/\$\d+/g)).size).toBe(5);
  });

  test('invalid: what Postgres cannot store is refused, as in any other statement', async () => {
    const rows = Array.from({ length: MANY }, (_, n) => ({ ...row(n), objectId: n === 7 ? 'half \ud800' : 'whole' }));
    await expect(insertRows(database.database.db, eventOutbox, rows)).rejects.toMatchObject({ code: '22021' });
    expect(await stored()).toEqual([]);
  });
});
