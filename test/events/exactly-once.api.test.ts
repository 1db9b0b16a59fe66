import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeRows } from '../contract/personas/rows.js';
import { openTestDatabase, type TestDatabase } from '../harness/engine.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { chainOf, committed, followKilled, stateOf, writeAll } from './writers.js';

let database: TestDatabase;
/** Two replicas on one database: what one writes, a subscriber of the other is woken for. */
const replicas: TestServer[] = [];
beforeAll(async () => {
  database = await openTestDatabase();
  for (let count = 0; count < 2; count++) {
    replicas.push(await startTestServer({ open: async () => ({ ...database, close: async () => {} }) }));
  }
}, 60_000);
afterAll(async () => {
  for (const replica of replicas) await replica.close();
  await database.close();
});

test('ok: 8 writers at once, subscribers killed and resumed: each event exactly once, each agent’s in order', async () => {
  const [server] = replicas as [TestServer];
  const { services } = server;
  const project = await server.project(await server.defaultDomainId());
  const { token } = await server.token({ scope: project, role: 'reader' });
  const rows = await makeRows(server);
  const ids = await Promise.all([1, 2, 3, 4, 5].map(() => rows.agent(project, 'PENDING')));
  const since = new Date(Date.now() - 1000);
  let total: number | null = null;
  const urls = replicas.map(({ url }) => url);
  const followers = [0, 1].map(() => followKilled(urls, token, ids, since, () => total));
  // Slow enough that followers keep up and meet transactions that are open. The embedded database runs one transaction
  // at a time, and makes everybody else wait for it.
  const pace = database.engine === 'postgres' ? { changesEach: 15, lingerMs: 60 } : { changesEach: 8, lingerMs: 1 };
  await writeAll(services, ids, { writers: 8, ...pace });
  const written = await committed(services, ids);
  total = written.length;
  expect(total).toBeGreaterThan(50);
  for (const { events, kills } of await Promise.all(followers)) {
    // On a busy machine the writers are done after few of them; `npm run prove -- events` has a thousand.
    expect(kills).toBeGreaterThan(2);
    expect(events.map(({ id }) => id)).toEqual(written.map(({ id }) => id));
    for (const id of ids) {
      const chain = chainOf(events, id);
      expect(chain).not.toContain(null);
      expect(chain.at(-1)).toBe(await stateOf(services, id));
    }
  }
}, 60_000);
