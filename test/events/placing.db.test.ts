import { setTimeout as delay } from 'node:timers/promises';
import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginAt, eventOutbox, events, Placer, placeSome, RecentEvents, recordEvents } from '../../src/events/index.js';
import { positionAt } from '../../src/events/positions.js';
import { createLogger } from '../../src/platform/log.js';
import { openTestDatabase, type TestDatabase } from '../harness/engine.js';

const HOUR = 3_600_000;
const statements: string[] = [];
let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase({ logQuery: (statement) => statements.push(statement) });
}, 60_000);
afterAll(() => database.close());

const fact = (objectId: string, number = 0) => ({ type: 'test.changed', objectId, details: { number } });
const change = (objectId: string, numbers: readonly number[], at = new Date()) =>
  database.db.transaction((tx) =>
    recordEvents(
      tx,
      numbers.map((number) => fact(objectId, number)),
      at,
    ),
  );
const told = (objectId: string) =>
  database.db.select().from(events).where(eq(events.objectId, objectId)).orderBy(asc(events.position));
const numbersOf = async (objectId: string) => (await told(objectId)).map(({ details }) => details.number);

describe('placing', () => {
  test('ok: what is not committed has no place, and what is gets one, in its order, however much it is', async () => {
    const numbers = Array.from({ length: 700 }, (_, index) => index);
    await change('many', numbers.slice(0, 699));
    await change('many', numbers.slice(699));
    expect(await told('many')).toEqual([]);
    const placed: number[] = [];
    for (let some = 1; some > 0; placed.push(some)) some = await placeSome(database.db, new Date());
    expect(placed).toEqual([500, 200, 0]);
    expect(await numbersOf('many')).toEqual(numbers);
    expect(await database.db.select().from(eventOutbox)).toEqual([]);
  });

  test('ok: a transaction that is undone tells nothing', async () => {
    const undone = database.db.transaction(async (tx) => {
      await recordEvents(tx, [fact('undone')], new Date());
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await placeSome(database.db, new Date())).toBe(0);
    expect(await told('undone')).toEqual([]);
  });

  test('ok: positions grow when the clock goes back, and are not before the time of an event', async () => {
    const now = Date.now();
    for (const [number, offset] of [HOUR, -HOUR, 0].entries()) {
      await change('jump', [number], new Date(now + offset));
      await placeSome(database.db, new Date(now + offset));
    }
    expect(await numbersOf('jump')).toEqual([0, 1, 2]);
    await change('ahead', [0], new Date(now + 2 * HOUR));
    await placeSome(database.db, new Date(now));
    const [ahead] = await told('ahead');
    expect(ahead?.position).toBeGreaterThanOrEqual(positionAt(ahead?.occurredAt as Date));
  });

  test('ok: what was under way when somebody noted the time and read is told to who watches since then', async () => {
    await database.db.delete(events);
    await change('slow', [1], new Date(Date.now() - 5000));
    // Whoever reads now does not see the change yet: so far it is the same as a transaction that has not committed.
    const noted = new Date();
    await placeSome(database.db, new Date());
    const begun = await beginAt(database.db, { since: noted }, new Date(), HOUR);
    const recent = await RecentEvents.read(database.db, 'test.changed');
    expect((await recent.behind(database.db, begun ?? 0, null)).events).toHaveLength(1);
  });

  test('ok: many commits at once are placed and said together', async () => {
    const placer = new Placer({ db: database.db, clock: { now: () => new Date() }, log: createLogger('silent') });
    statements.length = 0;
    const commits = Array.from({ length: 40 }, (_, index) =>
      change(`burst-${index}`, [index]).then(() => placer.committed()),
    );
    await Promise.all(commits);
    expect(statements.filter((statement) => statement.includes('insert into "event_outbox"'))).toHaveLength(40);
    expect(statements.filter((statement) => statement.includes('pg_notify')).length).toBeLessThan(20);
    for (let index = 0; index < 40; index++) expect(await numbersOf(`burst-${index}`)).toEqual([index]);
  });

  test('ok: who commits while others are placed is placed after them', async () => {
    const placer = new Placer({ db: database.db, clock: { now: () => new Date() }, log: createLogger('silent') });
    for (let number = 0; number < 20; number++) {
      await change('again', [number]);
      void placer.committed();
      await delay(Math.random() * 6);
    }
    await placer.stop();
    expect(await numbersOf('again')).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });
});

describe('what is read for who asked for some objects', () => {
  test('ok: their events only, those that are kept and those from before', async () => {
    for (let round = 0; round < 12; round++) {
      await change('busy', Array(100).fill(round));
      if (round % 4 === 1) await change('rare', [round]);
    }
    while ((await placeSome(database.db, new Date())) > 0);
    const recent = await RecentEvents.read(database.db, 'test.changed');
    const found: unknown[] = [];
    for (let position = 0; position < recent.end; ) {
      const piece = await recent.behind(database.db, position, new Set(['rare', 'gone']));
      found.push(...piece.events.map(({ objectId, details }) => [objectId, details.number]));
      expect(piece.end).toBeGreaterThan(position);
      position = piece.end;
    }
    expect(found).toEqual([1, 5, 9].map((round) => ['rare', round]));
  });
});
