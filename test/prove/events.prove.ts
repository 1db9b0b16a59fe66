import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeRows } from '../contract/personas/rows.js';
import { chainOf, committed, followKilled, stateOf, writeAll } from '../events/writers.js';
import { openTestDatabase, openTestPostgres, type TestDatabase } from '../harness/engine.js';
import { startTestServer, type TestServer } from '../harness/server.js';

const SHARE = Number(process.env.PROVE_SHARE ?? 1);
/** Few enough to keep up: who trails behind sees nothing of transactions that are still open. */
const FOLLOWERS = 2;
const REPLICAS = 3;

let database: TestDatabase;
const replicas: TestServer[] = [];
beforeAll(async () => {
  database = await (process.env.TEST_DATABASE_URL ? openTestPostgres() : openTestDatabase());
  for (let count = 0; count < REPLICAS; count++) {
    replicas.push(await startTestServer({ open: async () => ({ ...database, close: async () => {} }) }));
  }
});
afterAll(async () => {
  for (const replica of replicas) await replica.close();
  await database.close();
});

/** Breaks every connection of some replica now and then, in the midst of whatever is being sent. */
async function breakNowAndThen(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await delay(Math.random() * 300);
    replicas[Math.floor(Math.random() * REPLICAS)]?.breakConnections();
  }
}

test('ok: 8 writers, followers killed and connections broken: each event exactly once, each agent’s in order', async () => {
  const [server] = replicas as [TestServer];
  const { services } = server;
  const project = await server.project(await server.defaultDomainId());
  const { token } = await server.token({ scope: project, role: 'reader' });
  const rows = await makeRows(server);
  const ids = await Promise.all(Array.from({ length: 12 }, () => rows.agent(project, 'PENDING')));
  const since = new Date(Date.now() - 1000);
  let total: number | null = null;
  const urls = replicas.map(({ url }) => url);
  const followers = Array.from({ length: FOLLOWERS }, () => followKilled(urls, token, ids, since, () => total));
  const stop = new AbortController();
  const breaking = breakNowAndThen(stop.signal);
  const pace = database.engine === 'postgres' ? { changesEach: 200, lingerMs: 60 } : { changesEach: 20, lingerMs: 1 };
  await writeAll(services, ids, { writers: 8, ...pace, changesEach: Math.ceil(pace.changesEach * SHARE) });
  const written = await committed(services, ids);
  total = written.length;
  const all = await Promise.all(followers);
  stop.abort();
  await breaking;
  const kills = all.reduce((sum, one) => sum + one.kills, 0);
  process.stdout.write(`${database.engine}: ${total} events, ${FOLLOWERS} followers, ${kills} kills\n`);
  for (const { events } of all) {
    expect(events.map(({ id }) => id)).toEqual(written.map(({ id }) => id));
    for (const id of ids) {
      expect(chainOf(events, id)).not.toContain(null);
      // A short run changes some of them never.
      expect(chainOf(events, id).at(-1) ?? 'PENDING').toBe(await stateOf(services, id));
    }
  }
});
