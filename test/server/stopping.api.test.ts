import { afterEach, describe, expect, test } from 'vitest';
import { eventually, TRUST, watch } from '../events/watch.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { RawConnection } from './raw-connection.js';

const VIEWER = JSON.stringify({ query: '{ viewer { kind } }' });
const TIMES = { drainDelayMs: 0, timeoutMs: 60_000 };
/** How long clients may leave a connection idle here. */
const IDLE_MS = 3000;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function started() {
  const server = await startTestServer();
  closing.push(() => server.close());
  server.http.keepAliveTimeout = IDLE_MS;
  const scope = await server.project(await server.defaultDomainId());
  const { token } = await server.token({ scope, role: 'admin' });
  return { server, token };
}

async function connected(server: TestServer): Promise<RawConnection> {
  const connection = await RawConnection.open(server.url);
  closing.push(() => connection.end());
  return connection;
}

const headers = (token: string) => ({
  'content-type': 'application/json',
  'content-length': String(VIEWER.length),
  authorization: `Bearer ${token}`,
});

/** Stops a server, and tells whether it has. */
function stop(server: TestServer, times = TIMES) {
  const state = { isStopped: false, stopped: Promise.resolve() };
  state.stopped = server.stop(times).then(() => {
    state.isStopped = true;
  });
  return state;
}

const refusesConnections = async ({ url }: TestServer) =>
  (await RawConnection.open(url)).fault?.code === 'ECONNREFUSED';

describe('a server that stops', () => {
  test('ok: what is under way is answered, and told that the connection closes', async () => {
    const { server, token } = await started();
    const connection = await connected(server);
    connection.head('POST /graphql', headers(token), VIEWER.slice(0, 5));
    await new Promise((resolve) => server.http.once('request', resolve));
    const state = stop(server);
    await eventually(() => !server.http.listening);
    connection.say(VIEWER.slice(5));
    await connection.until(1);
    await connection.closed();
    expect(connection.heard).toMatch(/^HTTP\/1.1 200 [\s\S]*connection: close\r\n[\s\S]*"viewer"/i);
    expect(connection.fault).toBeNull();
    await state.stopped;
  });

  test('ok: a request on a connection that was idle is answered, and another one is not', async () => {
    const { server, token } = await started();
    const connection = await connected(server);
    const fresh = await connected(server);
    connection.head('POST /graphql', headers(token), VIEWER);
    await connection.until(1);
    const state = stop(server);
    await eventually(() => !server.http.listening);
    for (const each of [connection, fresh]) each.head('POST /graphql', headers(token), VIEWER);
    await Promise.all([connection.closed(), fresh.closed()]);
    expect([connection.statuses, fresh.statuses]).toEqual([[200, 200], [200]]);
    for (const { heard, fault } of [connection, fresh]) {
      expect(heard.match(/connection: close/gi)).toHaveLength(1);
      expect(fault).toBeNull();
    }
    expect(await refusesConnections(server)).toBe(true);
    await state.stopped;
  });

  test('ok: whoever connects again as soon as it is answered is answered, until it cannot connect', async () => {
    const { server, token } = await started();
    const outcomes: string[] = [];
    const client = async () => {
      for (let outcome = '200'; outcome === '200'; ) {
        outcome = await fetch(`${server.url}/graphql`, { method: 'POST', headers: headers(token), body: VIEWER }).then(
          (response) => response.text().then(() => String(response.status)),
          (error) => error.cause.code,
        );
        outcomes.push(outcome);
      }
    };
    const clients = Array.from({ length: 6 }, client);
    await eventually(() => outcomes.length > 20);
    const state = stop(server);
    await Promise.all(clients);
    expect(new Set(outcomes)).toEqual(new Set(['200', 'ECONNREFUSED']));
    await state.stopped;
  });

  test('ok: connections that stay idle are ended in good order, and it is done', async () => {
    const { server, token } = await started();
    const used = await connected(server);
    const fresh = await connected(server);
    used.head('POST /graphql', headers(token), VIEWER);
    await used.until(1);
    await stop(server).stopped;
    await Promise.all([used.closed(), fresh.closed()]);
    expect([used.fault, fresh.fault]).toEqual([null, null]);
  });

  test('ok: readiness says no at once, and all else goes on until balancers have seen it', async () => {
    const { server, token } = await started();
    const before = await connected(server);
    const state = stop(server, { ...TIMES, drainDelayMs: 2000 });
    const after = await connected(server);
    before.head('GET /readyz', {});
    after.head('POST /graphql', headers(token), VIEWER);
    await Promise.all([before.closed(), after.closed()]);
    expect([before.statuses, after.statuses]).toEqual([[503], [200]]);
    expect(after.heard).toMatch(/connection: close/i);
    expect([server.http.listening, state.isStopped]).toEqual([true, false]);
    await state.stopped;
    expect(await refusesConnections(server)).toBe(true);
  });

  test('ok: streams end in good order', async () => {
    const { server, token } = await started();
    const watcher = watch(server.url, token, TRUST);
    await watcher.open();
    const state = stop(server);
    expect(await watcher.end()).toBe('complete');
    await state.stopped;
  });

  test('refused: what takes longer than the timeout is cut off', async () => {
    const { server, token } = await started();
    const connection = await connected(server);
    connection.head('POST /graphql', headers(token), VIEWER.slice(0, 5));
    await new Promise((resolve) => server.http.once('request', resolve));
    await stop(server, { drainDelayMs: 0, timeoutMs: 500 }).stopped;
    await connection.closed();
    expect(connection.statuses).toEqual([]);
  });
});
