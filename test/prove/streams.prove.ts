import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/platform/ids.js';
import { makeRows } from '../contract/personas/rows.js';
import { happen as happenAll } from '../events/happen.js';
import { followRaw, type RawStream } from '../events/raw.js';
import { turnsTaken } from '../events/turns-taken.js';
import { openTestDatabase, openTestPostgres } from '../harness/engine.js';
import { codeOf, startTestServer, type TestServer } from '../harness/server.js';
import { SHARE } from './walk.js';

const STREAMS = Math.max(50, Math.ceil(1000 * SHARE));
/** As many as the limits let one principal have. */
const STREAMS_EACH = 16;
const VIEWER = '{ viewer { kind } }';
/** What a victim may notice at most, and what is noise on a machine that has other work. */
const SLOWER_MAX = 5;
const NOISE_MS = 10;

const SCRAPER = 'a-secret-that-only-the-scraper-knows';
/** Of those that an event is not about, so many may take a turn meanwhile, for a sign of life. */
const WOKEN_PART = 1 / 4;
/** How long events come one after the other, for one stream of all. */
const EVENTS_MS = 2000;
const ONE_SLOWER_MAX = 3;

let server: TestServer;
let project: Awaited<ReturnType<TestServer['project']>>;
let streams: RawStream[] = [];
let victim: string;
let agentId: string;
let happen: () => Promise<void>;
let grant: () => Promise<unknown>;
beforeAll(async () => {
  const open = process.env.TEST_DATABASE_URL ? openTestPostgres : openTestDatabase;
  server = await startTestServer({ open, metricsToken: SCRAPER });
  project = await server.project(await server.defaultDomainId());
  const elsewhere = await server.project(await server.domain());
  victim = (await server.token({ scope: elsewhere, role: 'reader' })).token;
  agentId = await (await makeRows(server)).agent(project, 'PENDING');
  const change = { type: 'agent.trust_changed', objectId: agentId, details: { from: 'PENDING', to: 'FAILED' } };
  happen = () => happenAll(server.services, [change]);
  grant = () => server.token({ scope: elsewhere, role: 'reader' });
}, 600_000);
afterEach(() => {
  for (const stream of streams) stream.kill();
});
afterAll(() => server.close());

/** @param filterOf What each stream asks for. */
async function follow(filterOf: (index: number) => object): Promise<void> {
  const callers = await Promise.all(
    Array.from({ length: Math.ceil(STREAMS / STREAMS_EACH) }, () => server.token({ scope: project, role: 'reader' })),
  );
  streams = [];
  for (let from = 0; from < STREAMS; from += 50) {
    const some = Array.from({ length: Math.min(50, STREAMS - from) }, (_, index) =>
      followRaw(server.url, callers[(from + index) % callers.length]?.token ?? '', filterOf(from + index)),
    );
    streams.push(...(await Promise.all(some)));
  }
}

/** Waits until what opening the streams brought about is over, and there is no more than signs of life. */
async function settled(): Promise<void> {
  for (let before = Number.NEGATIVE_INFINITY; ; await delay(100)) {
    const now = await turnsTaken(server, SCRAPER);
    if (now - before < STREAMS / 20) return;
    before = now;
  }
}

/** Reads one after the other while something is under way; answers how long each took. */
async function readsDuring(isOver: () => boolean): Promise<number[]> {
  const took: number[] = [];
  do {
    const asked = performance.now();
    const answer = await server.graphql(VIEWER, {}, victim);
    took.push(performance.now() - asked);
    expect(codeOf(answer)).toBeUndefined();
  } while (!isOver());
  return took.sort((a, b) => a - b);
}

const at = (sorted: readonly number[], part: number) => sorted[Math.floor((sorted.length - 1) * part)] ?? 0;

async function measured(name: string, run: () => Promise<() => boolean>): Promise<number> {
  const began = performance.now();
  const took = await readsDuring(await run());
  const [p50, p99] = [at(took, 0.5), at(took, 0.99)];
  const seconds = ((performance.now() - began) / 1000).toFixed(2);
  process.stdout.write(
    `${server.database.engine}, ${STREAMS} streams, ${name}: ${took.length} reads in ${seconds} s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms\n`,
  );
  return p50;
}

/** For a time in which nothing happens, or in which it goes on whatever comes of it. */
const forMs = (ms: number) => {
  const end = performance.now() + ms;
  return () => performance.now() > end;
};

const quiet = () => measured('quiet', async () => forMs(1000));

test('ok: while an event or a grant goes to every stream, another tenant reads at its usual pace', async () => {
  await follow(() => ({}));
  const quiets = [await quiet()];
  let told = 0;
  const p50s: number[] = [];
  for (let round = 0; round < 3; round++) {
    const event = await measured('an event', async () => {
      await happen();
      told += 1;
      return () => streams.every((stream) => stream.events() >= told);
    });
    quiets.push(await quiet());
    const rights = await measured('a grant', async () => {
      await grant();
      return forMs(1000);
    });
    p50s.push(Math.max(event, rights));
    quiets.push(await quiet());
  }
  expect(streams.map((stream) => stream.events())).toEqual(streams.map(() => told));
  expect(Math.min(...p50s)).toBeLessThan(Math.max(SLOWER_MAX * Math.max(...quiets), NOISE_MS));
});

test('ok: events of one agent wake who asked for it, and another tenant reads at its usual pace', async () => {
  await follow((index) => ({ agentIds: [index === 0 ? agentId : newId('Agent')] }));
  await settled();
  const quiets = [await quiet()];
  const before = await turnsTaken(server, SCRAPER);
  await happen();
  while (streams[0]?.events() !== 1) await delay(1);
  const woken = (await turnsTaken(server, SCRAPER)) - before;
  process.stdout.write(`${server.database.engine}, ${STREAMS} streams: an event of one was ${woken} turns\n`);
  const p50 = await measured('events of one agent', async () => {
    let isOver = false;
    const until = forMs(EVENTS_MS);
    void (async () => {
      for (; !until(); await delay(20)) await happen();
      isOver = true;
    })();
    return () => isOver;
  });
  quiets.push(await quiet());
  expect(woken).toBeLessThan(STREAMS * WOKEN_PART);
  expect(streams.slice(1).reduce((sum, stream) => sum + stream.events(), 0)).toBe(0);
  expect(p50).toBeLessThan(ONE_SLOWER_MAX * Math.max(...quiets));
}, 600_000);
