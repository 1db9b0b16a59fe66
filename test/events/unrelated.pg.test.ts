import { setTimeout as delay } from 'node:timers/promises';
import { inArray } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { events, Placer, recordEvents } from '../../src/events/index.js';
import { systemClock } from '../../src/platform/clock.js';
import { newId } from '../../src/platform/ids.js';
import { createLogger } from '../../src/platform/log.js';
import { openTestPostgres, type TestDatabase } from '../harness/engine.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestPostgres();
});
afterAll(() => database.close());

const fact = (objectId: string) => ({
  type: 'agent.trust_changed',
  objectId,
  details: { from: 'PENDING', to: 'FAILED' },
});

test('ok: a commit does not wait for one of another object that has its events already, and both are told', async () => {
  const { db } = database;
  const placer = new Placer({ db, clock: systemClock, log: createLogger('silent') });
  const [slow, quick] = [newId('Agent'), newId('Agent')];
  const told = async () =>
    (
      await db
        .select()
        .from(events)
        .where(inArray(events.objectId, [slow, quick]))
        .orderBy(events.position)
    ).map(({ objectId }) => objectId);
  const order: string[] = [];
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let written = () => {};
  const isWritten = new Promise<void>((resolve) => {
    written = resolve;
  });
  const slowly = db.transaction(async (tx) => {
    await recordEvents(tx, [fact(slow)], new Date());
    written();
    await released;
    order.push('slow');
  });
  await isWritten;
  const quickly = db
    .transaction((tx) => recordEvents(tx, [fact(quick)], new Date()))
    .then(() => void order.push('quick'));
  await Promise.race([quickly, delay(2000)]);
  await placer.committed();
  const before = await told();
  release();
  await Promise.all([slowly, quickly]);
  await placer.committed();
  expect(order).toEqual(['quick', 'slow']);
  expect(before).toEqual([quick]);
  expect(await told()).toEqual([quick, slow]);
});
