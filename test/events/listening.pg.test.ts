import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVERY_TOPIC, notify } from '../../src/db/open.js';
import { openTestPostgres, type TestDatabase } from '../harness/engine.js';
import { type SeverableLink, severableLink } from '../harness/severable-link.js';
import { eventually } from './watch.js';

let link: SeverableLink;
let near: TestDatabase;
beforeAll(async () => {
  const { hostname, port } = new URL(process.env.TEST_DATABASE_URL ?? '');
  link = await severableLink({ host: hostname, port: Number(port || 5432) });
  near = await openTestPostgres(undefined, link.port);
}, 60_000);
afterAll(async () => {
  await near.close();
  await link.cut();
});

test('ok: what is said is heard when it is committed, once a transaction', async () => {
  const heard: string[] = [];
  const stop = await near.database.listen((topic) => heard.push(topic));
  heard.length = 0;
  await near.db.transaction(async (tx) => {
    await notify(tx, 'a');
    await notify(tx, 'a');
    await delay(200);
    expect(heard).toEqual([]);
  });
  await near.db
    .transaction(async (tx) => {
      await notify(tx, 'b');
      throw new Error('undone');
    })
    .catch(() => {});
  await near.db.transaction((tx) => notify(tx, 'c'));
  await eventually(() => heard.length >= 2);
  expect(heard).toEqual(['a', 'c']);
  await stop();
});

test('ok: a database that was away is heard again, and what may have been missed is said', async () => {
  const heard: string[] = [];
  const stop = await near.database.listen((topic) => heard.push(topic));
  await link.cut();
  // Long enough for the driver to give up.
  await delay(7000);
  heard.length = 0;
  await link.mend();
  for (const patience = Date.now() + 20_000; !heard.includes(EVERY_TOPIC) && Date.now() < patience; ) await delay(50);
  expect(heard).toContain(EVERY_TOPIC);
  await near.db.transaction((tx) => notify(tx, 'after'));
  await eventually(() => heard.includes('after'));
  await stop();
}, 60_000);
