import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordEvents } from '../../src/events/index.js';
import { newId } from '../../src/platform/ids.js';
import { makeRows, type Rows } from '../contract/personas/rows.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { happen } from './happen.js';
import { turnsTaken } from './turns-taken.js';
import { TRUST, type Watcher, watch } from './watch.js';

const SCRAPER = 'a-secret-that-only-the-scraper-knows';
const STREAMS = 60;
/** Of a busy machine some may need a sign of life meanwhile. */
const WOKEN_MAX = STREAMS / 3;

let server: TestServer;
let rows: Rows;
let project: Awaited<ReturnType<TestServer['project']>>;
let token: string;
let watchers: Watcher[] = [];
beforeAll(async () => {
  server = await startTestServer({ metricsToken: SCRAPER });
  rows = await makeRows(server);
  project = await server.project(await server.defaultDomainId());
  token = (await server.token({ scope: project, role: 'reader' })).token;
});
afterAll(() => server.close());

const turns = () => turnsTaken(server, SCRAPER);
const change = (objectId: string) => ({
  type: 'agent.trust_changed',
  objectId,
  details: { from: 'PENDING', to: 'FAILED' },
});

async function follow(bearer: string, filters: readonly object[]): Promise<Watcher[]> {
  const opened = filters.map((filter) => watch(server.url, bearer, TRUST, { filter }));
  watchers.push(...opened);
  await Promise.all(opened.map((watcher) => watcher.open()));
  for (let before = -1; before !== (await turns()); await delay(200)) before = await turns();
  return opened;
}
function kill(): void {
  for (const watcher of watchers) watcher.kill();
  watchers = [];
}

describe('an event', () => {
  test('ok: among many streams it wakes those that asked for its object, or for all', async () => {
    const id = await rows.agent(project, 'PENDING');
    const others = Array.from({ length: STREAMS }, () => ({ agentIds: [newId('Agent')] }));
    const [one, both, all] = await follow(token, [
      { agentIds: [id] },
      { agentIds: [newId('Agent'), id] },
      {},
      ...others,
    ]);
    const before = await turns();
    await happen(server.services, [change(id)]);
    for (const watcher of [one, both, all]) await watcher?.until(1);
    await delay(100);
    const woken = (await turns()) - before;
    process.stdout.write(`${server.database.engine}: ${woken} turns for an event of one of ${STREAMS} agents\n`);
    expect(woken).toBeGreaterThanOrEqual(3);
    expect(woken).toBeLessThan(WOKEN_MAX);
    expect(watchers.reduce((sum, { answers }) => sum + answers.length, 0)).toBe(3);
    kill();
  });

  test('ok: an agent is woken when its own trust changes, whatever it asked for', async () => {
    const id = await rows.agent(project, 'PENDING');
    await follow(await server.agentToken(id), [{ agentIds: [newId('Agent')] }]);
    const before = await turns();
    await happen(server.services, [change(newId('Agent'))]);
    await delay(100);
    const between = await turns();
    await happen(server.services, [change(id)]);
    await expect.poll(turns, { timeout: 3000 }).toBeGreaterThan(between);
    expect(between).toBe(before);
    kill();
  });

  test('ok: one whose process died before it was told is told within seconds', async () => {
    const id = await rows.agent(project, 'PENDING');
    const [watcher] = await follow(token, [{ agentIds: [id] }]);
    await server.services.db.transaction((tx) => recordEvents(tx, [change(id)], new Date()));
    await watcher?.until(1);
    expect(watcher?.events()).toMatchObject([{ from: 'PENDING', to: 'FAILED', agent: { id } }]);
    kill();
  });
});
