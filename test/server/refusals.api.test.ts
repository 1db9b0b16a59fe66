import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../harness/server.js';

let server: TestServer;
let authorization: string;
beforeAll(async () => {
  server = await startTestServer();
  authorization = `Bearer ${(await server.token({ scope: { type: 'system' }, role: 'reader' })).token}`;
}, 60_000);
afterAll(() => server.close());

const JSON_TYPE = { 'content-type': 'application/json' };
const QUERY = JSON.stringify({ query: '{ viewer { kind } }' });
const get = `/graphql?query=${encodeURIComponent('{ viewer { kind } }')}`;

/** Requests that are refused before there is an operation: status, path, and what is sent. */
const REFUSED: Readonly<Record<string, readonly [status: number, path: string, init: RequestInit]>> = {
  'a GET that another site may have caused': [400, get, {}],
  'an array of operations': [400, '/graphql', { method: 'POST', headers: JSON_TYPE, body: `[${QUERY}]` }],
  'an empty body': [400, '/graphql', { method: 'POST', headers: JSON_TYPE, body: '{}' }],
  'a query that is no text': [400, '/graphql', { method: 'POST', headers: JSON_TYPE, body: '{"query":1}' }],
  'variables that are no object': [
    400,
    '/graphql',
    { method: 'POST', headers: JSON_TYPE, body: '{"query":"{ viewer { kind } }","variables":1}' },
  ],
  'no type that it accepts': [
    406,
    '/graphql',
    { method: 'POST', headers: { ...JSON_TYPE, accept: 'text/html' }, body: QUERY },
  ],
  'another method': [405, '/graphql', { method: 'PUT', headers: JSON_TYPE, body: QUERY }],
  'another type of body': [415, '/graphql', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: QUERY }],
  'another type of body for a stream': [
    415,
    '/graphql/stream',
    { method: 'POST', headers: { 'content-type': 'text/plain' }, body: QUERY },
  ],
};

test.each(Object.entries(REFUSED))(
  'refused: %s, in JSON with the id of the request',
  async (_, [status, path, init]) => {
    const response = await fetch(`${server.url}${path}`, { ...init, headers: { ...init.headers, authorization } });
    const { errors } = (await response.json()) as { errors: { message: string; extensions: { requestId: string } }[] };
    expect([response.status, errors.length]).toEqual([status, 1]);
    expect(errors[0]?.message).toMatch(/\w/);
    expect(errors[0]?.extensions.requestId).toBe(response.headers.get('x-request-id'));
  },
);
