import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordEvents } from '../../src/events/index.js';
import { makeRows } from '../contract/personas/rows.js';
import { followRaw, type RawStream } from '../events/raw.js';
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

let server: TestServer;
let streams: RawStream[];
let victim: string;
let happen: () => Promise<void>;
let grant: () => Promise<unknown>;
beforeAll(async () => {
  server = await startTestServer({ open: process.env.TEST_DATABASE_URL ? openTestPostgres : openTestDatabase });
  const project = await server.project(await server.defaultDomainId());
  const elsewhere = await server.project(await server.domain());
  victim = (await server.token({ scope: elsewhere, role: 'reader' })).token;
  const agentId = await (await makeRows(server)).agent(project, 'PENDING');
  const change = { type: 'agent.trust_changed', objectId: agentId, details: { from: 'PENDING', to: 'FAILED' } };
  happen = () => server.services.db.transaction((tx) => recordEvents(tx, [change], new Date()));
  grant = () => server.token({ scope: elsewhere, role: 'reader' });
  const callers = await Promise.all(
    Array.from({ length: Math.ceil(STREAMS / STREAMS_EACH) }, () => server.token({ scope: project, role: 'reader' })),
  );
  streams = [];
  for (let from = 0; from < STREAMS; from += 50) {
    const some = Array.from({ length: Math.min(50, STREAMS - from) }, (_, index) =>
      followRaw(server.url, callers[(from + index) % callers.length]?.token ?? ''),
    );
    streams.push(...(await Promise.all(some)));
  }
}, 600_000);
afterAll(async () => {
  for (const stream of streams) stream.kill();
  await server.close();
});

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

test('ok: while an event or a grant goes to every stream, another tenant reads at its usual pace', async () => {
  const quiet = () => measured('quiet', async () => forMs(1000));
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
