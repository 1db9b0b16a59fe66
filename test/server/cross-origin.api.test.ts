import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { LimitSettings } from '../../src/server/limits/rate-limits.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { RawConnection } from './raw-connection.js';

const CONSOLE = 'https://console.example.org';
const EXPOSED = 'date, etag, retry-after, www-authenticate, x-request-id';
const VIEWER = JSON.stringify({ query: '{ viewer { kind } }' });
const JSON_BODY = { 'content-type': 'application/json' };
const ASKING = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What browsers go by, and the status. */
async function ask(url: string, path: string, origin: string | null, { headers = {}, ...rest }: Asked = {}) {
  const response = await fetch(url + path, { ...rest, headers: { ...headers, ...(origin !== null && { origin }) } });
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
  if (isStream) await response.body?.cancel();
  else await response.text();
  const shared = [...response.headers].filter(([name]) => name.startsWith('access-control-') || name === 'vary');
  return { status: response.status, ...Object.fromEntries(shared) };
}

const READABLE = {
  vary: 'Origin',
  'access-control-allow-origin': CONSOLE,
  'access-control-expose-headers': EXPOSED,
};
const CLOSED = { vary: 'Origin' };

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
async function serverWith(limits: Partial<LimitSettings>, time = Date.now()): Promise<TestServer> {
  const clock = { now: () => new Date(time) };
  const server = await startTestServer({ limits, clock, app: { allowedOrigins: [CONSOLE] } });
  closing.push(() => server.close());
  return server;
}

describe('without allowed origins', () => {
  test('hidden: nothing is opened for any origin', async () => {
    const server = await startTestServer({ app: { hasGraphiql: true } });
    closing.push(() => server.close());
    const { token } = await server.token({ scope: { type: 'unscoped' } });
    const post = { method: 'POST', body: VIEWER, headers: { ...JSON_BODY, authorization: `Bearer ${token}` } };
    for (const origin of [CONSOLE, 'null', '*', server.url, null]) {
      expect(await ask(server.url, '/graphql', origin, post)).toEqual({ status: 200 });
      expect(await ask(server.url, '/graphql', origin, { method: 'OPTIONS', headers: ASKING })).toEqual({
        status: 401,
      });
      for (const path of ['/graphql/stream', '/uploads/upl_x', '/metrics'])
        expect(await ask(server.url, path, origin, { method: 'OPTIONS', headers: ASKING })).toEqual({ status: 404 });
      for (const path of ['/healthz', '/readyz', '/graphiql'])
        expect({ ...(await ask(server.url, path, origin)), vary: 'Accept-Encoding' }, path).toEqual({
          status: 200,
          vary: 'Accept-Encoding',
        });
    }
  });
});

describe('with an allowed origin', () => {
  let server: TestServer;
  let token: string;
  let bearer: { readonly authorization: string };
  const statements: string[] = [];
  beforeAll(async () => {
    server = await startTestServer({
      statements: { logQuery: (text) => void statements.push(text) },
      app: { allowedOrigins: [CONSOLE, 'http://localhost:5173'] },
    });
    const scope = await server.project(await server.defaultDomainId());
    ({ token } = await server.token({ scope, role: 'member' }));
    bearer = { authorization: `Bearer ${token}` };
  }, 60_000);
  afterAll(() => server.close());

  const post = () => ({ method: 'POST', body: VIEWER, headers: { ...JSON_BODY, ...bearer } });

  test('ok: its pages read responses, and no cookie ever goes along', async () => {
    expect(await ask(server.url, '/graphql', CONSOLE, post())).toEqual({ status: 200, ...READABLE });
    const other = { ...READABLE, 'access-control-allow-origin': 'http://localhost:5173' };
    expect(await ask(server.url, '/graphql', 'http://localhost:5173', post())).toEqual({ status: 200, ...other });
  });

  test.each([
    'http://console.example.org',
    'https://console.example.org:8443',
    'https://console.example.org.evil.example',
    'https://evil.example/https://console.example.org',
    'https://CONSOLE.example.org',
    'https://console.example.org/',
    `${CONSOLE}, ${CONSOLE}`,
    'null',
    '*',
  ])('hidden: a page of %s reads nothing, and its preflight is no preflight', async (origin) => {
    expect(await ask(server.url, '/graphql', origin, post())).toEqual({ status: 200, ...CLOSED });
    const asking = { method: 'OPTIONS', headers: ASKING };
    expect(await ask(server.url, '/graphql', origin, asking)).toEqual({ status: 401, ...CLOSED });
    expect(await ask(server.url, '/graphql/stream', origin, asking)).toEqual({ status: 404, ...CLOSED });
  });

  test('ok: programs, which have no origin, are answered as ever', async () => {
    expect(await ask(server.url, '/graphql', null, post())).toEqual({ status: 200, ...CLOSED });
  });

  const REFUSED: Readonly<Record<string, readonly [status: number, path: string, asked: () => Asked]>> = {
    'without a token': [401, '/graphql', () => ({ ...post(), headers: JSON_BODY })],
    'with a wrong token': [
      401,
      '/graphql',
      () => ({ ...post(), headers: { ...JSON_BODY, authorization: 'Bearer x' } }),
    ],
    'for a path that does not exist': [404, '/nothing', () => ({})],
    'with another media type': [415, '/graphql', () => ({ ...post(), headers: { ...bearer, 'content-type': 'x/y' } })],
    'that is too large': [400, '/graphql', () => ({ ...post(), body: ' '.repeat(1024 * 1024 + 1) })],
    'with another method': [405, '/graphql', () => ({ method: 'PATCH', headers: { ...JSON_BODY, ...bearer } })],
    'for a stream, without a token': [401, '/graphql/stream', () => ({ ...post(), headers: JSON_BODY })],
    'for a stream of a query': [400, '/graphql/stream', post],
    'to upload, without a token': [401, '/uploads/upl_x', () => ({ method: 'PUT', body: 'x' })],
    'to upload what is not there': [404, '/uploads/upl_x', () => ({ method: 'PUT', body: 'x', headers: bearer })],
    'for the metrics': [403, '/metrics', () => ({ headers: bearer })],
  };
  test.each(Object.entries(REFUSED))('refused: a request %s, readable', async (_, [status, path, asked]) => {
    expect(await ask(server.url, path, CONSOLE, asked())).toEqual({ status, ...READABLE });
    expect(await ask(server.url, path, 'https://evil.example', asked())).toEqual({ status, ...CLOSED });
  });

  test('ok: a stream and an upload', async () => {
    const watch = { query: 'subscription { agentTrustChanged { to } }' };
    const stream = { ...post(), body: JSON.stringify(watch) };
    expect(await ask(server.url, '/graphql/stream', CONSOLE, stream)).toEqual({ status: 200, ...READABLE });
    const digest = `sha256:${createHash('sha256').update('x').digest('hex')}`;
    const create = `mutation { createUpload(input: { size: 1, digest: "${digest}" }) { path } }`;
    const { path } = (await server.graphql(create, {}, token)).body.data.createUpload;
    const upload = { method: 'PUT', body: 'x', headers: bearer };
    expect(await ask(server.url, path, CONSOLE, upload)).toEqual({ status: 204, ...READABLE });
  });

  describe('OPTIONS', () => {
    const preflight = {
      status: 204,
      ...READABLE,
      'access-control-allow-methods': 'GET, POST, PUT',
      'access-control-allow-headers':
        'authorization, content-type, accept, apollo-require-preflight, x-apollo-operation-name, apollographql-client-name, apollographql-client-version, traceparent, tracestate',
      'access-control-max-age': '7200',
    };
    const credentials = () => [{}, bearer, { authorization: 'Bearer x' }, { authorization: 'Basic eDp5' }];

    test.each(['/graphql', '/graphql/stream', '/uploads/upl_x', '/allowlist-revisions/x/ima-policy', '/nothing'])(
      'ok: the same for %s and for others, whatever the credential, which nobody looks up',
      async (path) => {
        const before = statements.length;
        for (const credential of credentials()) {
          const asking = { method: 'OPTIONS', headers: { ...ASKING, ...credential } };
          expect(await ask(server.url, path, CONSOLE, asking)).toEqual(preflight);
        }
        expect(statements.slice(before).filter((text) => /tokens|credentials/.test(text))).toEqual([]);
      },
    );

    test('unauthenticated: a request that asks for no method is none', async () => {
      expect(await ask(server.url, '/graphql', CONSOLE, { method: 'OPTIONS' })).toEqual({ status: 401, ...READABLE });
    });
  });
});

describe('with limits', () => {
  test('refused: preflights of an address count as requests of strangers, and delay no known caller', async () => {
    const server = await serverWith({ strangersRequestsPerSecondPerSource: 1 });
    const { token } = await server.token({ scope: { type: 'unscoped' } });
    const preflight = async () =>
      (await ask(server.url, '/graphql', CONSOLE, { method: 'OPTIONS', headers: ASKING })).status;
    const statuses: number[] = [];
    for (let count = 0; count < 7; count += 1) statuses.push(await preflight());
    expect(statuses).toEqual([204, 204, 204, 204, 204, 429, 429]);
    const headers = { ...JSON_BODY, authorization: `Bearer ${token}` };
    expect((await ask(server.url, '/graphql', CONSOLE, { method: 'POST', headers, body: VIEWER })).status).toBe(200);
  });

  test('refused: too many requests, readable, with the time to retry', async () => {
    const server = await serverWith({ requestsPerSecondPerSource: 1 });
    const post = { method: 'POST', headers: JSON_BODY, body: VIEWER };
    for (let count = 0; count < 5; count += 1) await ask(server.url, '/graphql', CONSOLE, post);
    expect(await ask(server.url, '/graphql', CONSOLE, post)).toEqual({ status: 429, ...READABLE });
    expect(await ask(server.url, '/graphql', CONSOLE, { method: 'OPTIONS', headers: ASKING })).toEqual({
      status: 429,
      ...READABLE,
    });
  });

  test('refused: a body that does not arrive, readable; that of a preflight is not waited for', async () => {
    const server = await serverWith({ transferPatienceMs: 300, transferBytesPerSecond: 1 });
    const opened = async () => {
      const connection = await RawConnection.open(server.url);
      closing.push(() => connection.end());
      return connection;
    };
    const late = await opened();
    late.head('POST /graphql', { ...JSON_BODY, 'content-length': 1000, origin: CONSOLE }, '{');
    await late.closed();
    expect(late.statuses).toEqual([408]);
    expect(late.heard).toContain(`access-control-allow-origin: ${CONSOLE}\r\n`);
    const preflight = await opened();
    preflight.head('OPTIONS /graphql', { ...ASKING, 'content-length': 1_000_000, origin: CONSOLE }, '{');
    await preflight.closed();
    expect(preflight.statuses).toEqual([204]);
  });
});
