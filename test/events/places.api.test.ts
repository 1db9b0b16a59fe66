import { afterEach, describe, expect, test } from 'vitest';
import type { LimitSettings } from '../../src/server/limits/rate-limits.js';
import { makeRows } from '../contract/personas/rows.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { open, TRUST, type Watcher, watch } from './watch.js';

let server: TestServer;
let watchers: Watcher[] = [];
afterEach(async () => {
  for (const watcher of watchers) watcher.kill();
  watchers = [];
  await server.close();
});

async function start(limits: Partial<LimitSettings>) {
  server = await startTestServer({ limits });
  const project = await server.project(await server.defaultDomainId());
  const rows = await makeRows(server);
  return {
    person: async (scope = project) => (await server.token({ scope, role: 'reader' })).token,
    machine: async () => server.agentToken(await rows.agent(project, 'PENDING')),
  };
}

async function follow(token: string, count: number): Promise<Watcher[]> {
  const opened: Watcher[] = [];
  for (; opened.length < count; ) {
    const watcher = watch(server.url, token, TRUST);
    await watcher.open();
    opened.push(watcher);
    watchers.push(watcher);
  }
  return opened;
}

/** The status that a further stream would be answered with. */
const refused = async (token: string) =>
  (await open(server.url, { query: TRUST }, { authorization: `Bearer ${token}` })).status;

describe('places of streams', () => {
  test('ok: machines have three quarters at most, and people the rest', async () => {
    const { person, machine } = await start({ streams: 8 });
    for (let count = 0; count < 6; count++) await follow(await machine(), 1);
    expect(await refused(await machine())).toBe(429);
    for (let count = 0; count < 2; count++) await follow(await person(), 1);
    expect(await refused(await person())).toBe(429);
    expect(watchers.map(({ answers }) => answers)).toEqual(Array(8).fill([]));
  });

  test('ok: who has none takes the oldest stream of who has most, which ends in good order', async () => {
    const { person } = await start({ streams: 6, streamsPerPrincipal: 4 });
    const many = await follow(await person(), 4);
    await follow(await person(), 2);
    const [mine] = await follow(await person(), 1);
    expect(await many[0]?.end()).toBe('complete');
    expect([mine?.answers, many[0]?.answers, many[1]?.answers]).toEqual([[], [], []]);
  });

  test('refused: equals do not chase each other off', async () => {
    const { person } = await start({ streams: 2 });
    await follow(await person(), 1);
    await follow(await person(), 1);
    expect(await refused(await person())).toBe(429);
  });

  test('ok: a domain with none takes from the domain that has most, however many callers share that', async () => {
    const { person } = await start({ streams: 4 });
    const [oldest] = await follow(await person(), 1);
    for (let count = 0; count < 3; count++) await follow(await person(), 1);
    const [mine] = await follow(await person(await server.project(await server.domain())), 1);
    expect(await oldest?.end()).toBe('complete');
    expect(mine?.answers).toEqual([]);
  });

  test('ok: streams leave their caller, and its address, all requests that it may have', async () => {
    const { person } = await start({ concurrentRequestsPerPrincipal: 2, concurrentRequestsPerSource: 3 });
    const token = await person();
    await follow(token, 5);
    const { status } = await server.graphql('{ viewer { kind } }', {}, token);
    expect(status).toBe(200);
  });
});
