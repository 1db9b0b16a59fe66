import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { LimitSettings } from '../../src/server/limits/rate-limits.js';
import { eventually } from '../events/watch.js';
import { startTestServer, type TestServer, type TestServerOptions } from '../harness/server.js';
import { ALL_WELL, answersOfOthers, attack, closedOf, PATIENCE_MS, post } from './attack.js';
import { RawConnection } from './raw-connection.js';

const VIEWER = JSON.stringify({ query: '{ viewer { kind } }' });
const LONG = 3_600_000;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function serverWith(limits: Partial<LimitSettings>, options: TestServerOptions = {}): Promise<TestServer> {
  const server = await startTestServer({ limits, trustedProxies: ['127.0.0.0/8'], ...options });
  closing.push(() => server.close());
  return server;
}

async function connected(server: TestServer, localAddress?: string): Promise<RawConnection> {
  const connection = await RawConnection.open(server.url, localAddress);
  closing.push(() => connection.end());
  return connection;
}

describe('bodies that do not end', () => {
  test('ok: four sources that send as many as they can keep nobody else out', async () => {
    const server = await serverWith({
      ...{ concurrentRequests: 80, concurrentRequestsPerSource: 20 },
      ...{ transferPatienceMs: LONG, transferBytesPerSecond: 1 },
    });
    const { token } = await server.token({ scope: { type: 'unscoped' } });
    const attackers = await attack(server, 21, closing);
    expect(await answersOfOthers(server, token)).toEqual(ALL_WELL);
    // An eighth of what may arrive is for strangers; who had most of it lost the oldest for each that came.
    await eventually(() => closedOf(attackers) >= 74, PATIENCE_MS);
    expect(attackers.filter(({ statuses }) => statuses[0] === 429)).toHaveLength(closedOf(attackers));
    const slow = await connected(server);
    slow.head('POST /graphql', post(VIEWER.length, { 'x-forwarded-for': '198.51.100.1' }));
    for (let count = 0; count < 8; count += 1) await attack(server, 1, closing);
    slow.say(VIEWER);
    await slow.until(1);
    expect(slow.statuses).toEqual([401]);
  }, 300_000);

  test('refused: a stranger’s that takes too long, however steadily it comes', async () => {
    const server = await serverWith({ transferPatienceMs: 500, transferBytesPerSecond: 1 });
    const connection = await connected(server);
    connection.head('POST /graphql', post(10_000));
    while (!connection.isClosed) {
      connection.say(' ');
      await delay(20);
    }
    expect(connection.statuses).toEqual([408]);
    expect(connection.heard).toMatch(/connection: close[\s\S]*"REQUEST_TIMEOUT"/i);
  });

  test('refused: the same in chunks, without a length', async () => {
    const server = await serverWith({ transferPatienceMs: 200, transferBytesPerSecond: 1 });
    const connection = await connected(server);
    connection.head('POST /graphql', { 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
    connection.say('1\r\n{\r\n');
    await connection.closed();
    expect(connection.statuses).toEqual([408]);
  });

  test('ok: an upload may take as long as it comes; one that stops coming is refused', async () => {
    const server = await serverWith({ transferPatienceMs: 1000, transferBytesPerSecond: 1000 });
    const scope = await server.project(await server.defaultDomainId());
    const { token } = await server.token({ scope, role: 'member' });
    const content = 'a'.repeat(10_000);
    const put = async () => {
      const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
      const create = `mutation { createUpload(input: { size: ${content.length}, digest: "${digest}" }) { path } }`;
      const { path } = (await server.graphql(create, {}, token)).body.data.createUpload;
      const connection = await connected(server);
      connection.head(`PUT ${path}`, { authorization: `Bearer ${token}`, 'content-length': content.length });
      return connection;
    };
    const steady = await put();
    for (let at = 0; at < content.length; at += 500) {
      steady.say(content.slice(at, at + 500));
      await delay(100);
    }
    await steady.until(1);
    expect(steady.statuses).toEqual([204]);
    const stopped = await put();
    stopped.say(content.slice(1));
    await eventually(() => stopped.statuses.length > 0 || stopped.isClosed);
    expect(stopped.statuses).toEqual([408]);
  }, 60_000);

  test('refused: more bytes than may be arriving, of whoever has most of them', async () => {
    const server = await serverWith({ arrivingBytes: 100_000, transferPatienceMs: LONG, transferBytesPerSecond: 1 });
    const [large, small] = [
      await server.token({ scope: { type: 'unscoped' } }),
      await server.token({ scope: { type: 'unscoped' } }),
    ];
    const sent = async ({ token }: { token: string }, count: number) => {
      const connection = await connected(server);
      connection.head('POST /graphql', post(1_000_000, { authorization: `Bearer ${token}` }));
      connection.say(' '.repeat(count));
      return connection;
    };
    const kept = await sent(small, 30_000);
    const first = await sent(large, 50_000);
    await delay(200);
    expect([kept.statuses, first.statuses]).toEqual([[], []]);
    const second = await sent(large, 40_000);
    await first.closed();
    expect([kept.statuses, first.statuses, second.statuses]).toEqual([[], [429], []]);
  });
});

describe('Expect: 100-continue', () => {
  test('refused: who is nobody is told so before the body is asked for', async () => {
    const server = await serverWith({});
    const { token } = await server.token({ scope: { type: 'unscoped' } });
    const asked = async (bearer: string) => {
      const connection = await connected(server);
      connection.head('POST /graphql', post(VIEWER.length, { expect: '100-continue', authorization: bearer }));
      await connection.until(1);
      return connection;
    };
    expect((await asked('Bearer rubbish')).statuses).toEqual([401]);
    const known = await asked(`Bearer ${token}`);
    expect(known.statuses).toEqual([100]);
    known.say(VIEWER);
    await known.until(2);
    expect(known.statuses).toEqual([100, 200]);
  });
});

describe('answers that nobody reads', () => {
  test('refused: the connection is ended', async () => {
    const limits = { transferPatienceMs: 500, transferBytesPerSecond: 10_000_000 };
    const server = await serverWith(limits, { app: { hasGraphiql: true } });
    const connection = await connected(server);
    connection.socket.pause();
    const open = () => new Promise<number>((resolve) => server.http.getConnections((_, count) => resolve(count)));
    // More than the kernel's buffers hold.
    const size = Number((await fetch(`${server.url}/graphiql/graphiql.min.js`)).headers.get('content-length'));
    for (let left = 32_000_000; left > 0; left -= size * 8) {
      for (let count = 0; count < 8; count += 1) connection.head('GET /graphiql/graphiql.min.js', {});
      await delay(50);
    }
    connection.socket.pause();
    let count = 2;
    for (const patience = Date.now() + 20_000; count > 0 && Date.now() < patience; await delay(100)) {
      count = await open();
    }
    expect(count).toBe(0);
  }, 60_000);
});

describe('connections', () => {
  test('refused: idle ones of whoever has most, and those of others stay', async () => {
    const server = await startTestServer({ limits: { connections: 20 } });
    closing.push(() => server.close());
    const honest = await connected(server);
    honest.head('GET /healthz', {});
    await honest.until(1);
    const idle = await Promise.all(Array.from({ length: 30 }, () => connected(server, '127.0.0.2')));
    const halves = await Promise.all(Array.from({ length: 10 }, () => connected(server, '127.0.0.2')));
    for (const half of halves) half.say('GET /healthz HT');
    await eventually(() => closedOf([...idle, ...halves]) === 21, PATIENCE_MS);
    expect(closedOf(halves)).toBe(0);
    honest.head('GET /readyz', {});
    await honest.until(2);
    expect(honest.statuses).toEqual([200, 200]);
  });

  test('refused: more requests on one than clients send before they read the answers', async () => {
    const server = await serverWith({});
    const connection = await connected(server);
    connection.say('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(20));
    await connection.closed();
    expect(connection.statuses).toEqual([...Array(16).fill(200), 429]);
  });
});

describe('clients that go away', () => {
  test('ok: requests behind another on their connection leave no slot taken', async () => {
    const server = await serverWith({ concurrentRequestsPerPrincipal: 4 });
    const scope = await server.project(await server.defaultDomainId());
    const { token } = await server.token({ scope, role: 'reader' });
    const headers = (body: string) => post(body.length, { authorization: `Bearer ${token}` });
    const statusOf = async () => (await server.graphql('{ viewer { kind } }', {}, token)).status;
    const connection = await connected(server);
    const watch = JSON.stringify({ query: 'subscription { agentTrustChanged { to } }' });
    connection.head('POST /graphql/stream', headers(watch), watch);
    for (let count = 0; count < 4; count += 1) connection.head('POST /graphql', headers(VIEWER), VIEWER);
    while ((await statusOf()) === 200) await delay(20);
    connection.end();
    for (let tries = 0; tries < 50 && (await statusOf()) === 429; tries += 1) await delay(20);
    expect(await Promise.all([1, 2, 3, 4].map(statusOf))).toEqual([200, 200, 200, 200]);
  }, 120_000);
});
