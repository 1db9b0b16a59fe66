import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeRows } from '../contract/personas/rows.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { happen as happenAll } from './happen.js';
import { turnsTaken } from './turns-taken.js';
import { TRUST, type Watcher, watch } from './watch.js';

const CALLERS = 4;
const STREAMS = 160;
/** Alone a stream makes seven for an event and three for a grant. A busy machine delivers slowly, and looks more often. */
const STATEMENTS_MAX = STREAMS * 1.5;
const ROUNDS = 3;
const SCRAPER = 'the-scraper';

type Project = Awaited<ReturnType<TestServer['project']>>;

const statements: string[] = [];
let server: TestServer;
let project: Project;
let agentId: string;
const watchers: Watcher[] = [];
beforeAll(async () => {
  server = await startTestServer({
    metricsToken: SCRAPER,
    statements: { logQuery: (statement) => statements.push(statement) },
  });
  project = await server.project(await server.defaultDomainId());
  agentId = await (await makeRows(server)).agent(project, 'PENDING');
  const callers = await Promise.all(Array.from({ length: CALLERS }, () => reader()));
  for (let count = 0; count < STREAMS; count++) {
    watchers.push(watch(server.url, callers[count % CALLERS]?.token ?? '', TRUST));
  }
  await Promise.all(watchers.map((watcher) => watcher.open()));
  // A stream begins with its first look, which on a busy machine comes some time after it was opened.
  while ((await turnsTaken(server, SCRAPER)) < STREAMS) await delay(100);
  await quiet();
}, 120_000);
afterAll(async () => {
  for (const watcher of watchers) watcher.kill();
  await server.close();
});

const reader = () => server.token({ scope: project, role: 'reader' });
const happen = () =>
  happenAll(server.services, [
    { type: 'agent.trust_changed', objectId: agentId, details: { from: 'PENDING', to: 'FAILED' } },
  ]);

/** Waits until no statement comes any more, but those of a sign of life. */
async function quiet(): Promise<void> {
  for (let before = -1; statements.length > before + 10; await delay(500)) before = statements.length;
}

/** How many statements something brings about, the fewest of several times: a machine that is busy makes more. */
async function costOf(run: () => Promise<unknown>): Promise<number> {
  const costs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    statements.length = 0;
    await run();
    await quiet();
    costs.push(statements.length);
  }
  process.stdout.write(`${STREAMS} streams of ${CALLERS} callers: ${costs.join(', ')} statements\n`);
  return Math.min(...costs);
}

describe('look-ups are shared', () => {
  test('ok: an event reaches every stream, and most of them make no statement', async () => {
    let told = 0;
    const cost = await costOf(async () => {
      await happen();
      told += 1;
      // A busy machine takes its time; the test's own end is the bound.
      while (!watchers.every(({ answers }) => answers.length === told)) await delay(20);
    });
    expect(cost).toBeLessThan(STATEMENTS_MAX);
  }, 180_000);

  test('ok: a grant makes every stream look at its rights, and most of them make no statement', async () => {
    expect(await costOf(reader)).toBeLessThan(STATEMENTS_MAX);
  }, 60_000);
});
