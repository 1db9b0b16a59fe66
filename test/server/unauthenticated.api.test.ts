import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { basic, type Json, startTestServer, type TestServer } from '../harness/server.js';

const JSON_TYPE = 'application/json; charset=utf-8';
const GRAPHQL_TYPE = 'application/graphql-response+json; charset=utf-8';
const QUERY = { query: '{ viewer { kind } }' };
const WATCH = { query: 'subscription { agentTrustChanged { to } }' };
const INVALID = 'Bearer realm="bailiwick", error="invalid_token"';

let server: TestServer;
let valid: string;
let expired: string;
beforeAll(async () => {
  server = await startTestServer();
  valid = (await server.token({ scope: { type: 'unscoped' } })).token;
  expired = (await server.token({ scope: { type: 'unscoped' }, expiresAt: new Date(Date.now() - 1) })).token;
}, 60_000);
afterAll(() => server.close());

async function ask(path: string, authorization: string | null, { method = 'POST', accept = '', body = QUERY } = {}) {
  const response = await fetch(server.url + path, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(accept !== '' && { accept }),
      ...(authorization !== null && { authorization }),
    },
    ...(method !== 'GET' && { body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    challenge: response.headers.get('www-authenticate'),
    requestId: response.headers.get('x-request-id'),
    body: (await response.json()) as Json,
  };
}

describe('unauthenticated', () => {
  const CREDENTIALS: Readonly<Record<string, () => string>> = {
    'a token that nobody has': () => 'Bearer bwt_rubbish',
    'an expired token': () => `Bearer ${expired}`,
    'an API credential that nobody has': () => basic({ id: 'crd_x', key: 'x' }),
    'a header that cannot be read': () => 'Digest username="x"',
    'an empty header': () => '',
  };
  const DOORS: Readonly<Record<string, readonly [path: string, asked: object]>> = {
    '/graphql': ['/graphql', {}],
    '/graphql by GET': ['/graphql?query=%7Bviewer%7Bkind%7D%7D', { method: 'GET' }],
    '/graphql/stream': ['/graphql/stream', { body: WATCH, accept: 'text/event-stream' }],
    'an upload': ['/uploads/upl_x', { method: 'PUT' }],
    'the metrics': ['/metrics', { method: 'GET' }],
  };
  const cases = Object.entries(CREDENTIALS).flatMap(([what, credential]) =>
    Object.entries(DOORS).map(([where, [path, asked]]) => [what, where, credential, path, asked] as const),
  );

  test.each(cases)('refused: %s at %s, as an error of GraphQL and an invalid token', async (...given) => {
    const [, , credential, path, asked] = given;
    const { status, type, challenge, requestId, body } = await ask(path, credential(), asked);
    expect({ status, type, challenge }).toEqual({ status: 401, type: JSON_TYPE, challenge: INVALID });
    const extensions = { code: 'UNAUTHENTICATED', requestId };
    expect(body).toEqual({ errors: [{ message: 'A valid token is needed.', extensions }] });
  });

  test.each(Object.entries(DOORS))('refused: no credential at %s, without an error code', async (_, [path, asked]) => {
    const { status, challenge, body } = await ask(path, null, asked);
    expect([status, challenge]).toEqual([401, 'Bearer realm="bailiwick"']);
    expect(body.errors[0].extensions.code).toBe('UNAUTHENTICATED');
  });

  test('ok: other refusals have no challenge', async () => {
    const answers = [await ask('/nothing', null), await ask('/uploads/upl_x', `Bearer ${valid}`, { method: 'PUT' })];
    expect(answers.map(({ status, challenge }) => [status, challenge])).toEqual([
      [404, null],
      [403, null],
    ]);
  });
});

describe('the media type of a refusal', () => {
  test.each([
    ['application/graphql-response+json', GRAPHQL_TYPE],
    ['application/graphql-response+json, application/json;q=0.9', GRAPHQL_TYPE],
    ['application/graphql-response+json,application/json', GRAPHQL_TYPE],
    ['application/json, application/graphql-response+json', JSON_TYPE],
    ['application/json;q=0.5, application/graphql-response+json; q=0.8', GRAPHQL_TYPE],
    ['application/graphql-response+json;q=0, application/json', JSON_TYPE],
    ['application/graphql-response+json, */*', GRAPHQL_TYPE],
    ['APPLICATION/GraphQL-Response+JSON; charset=utf-8', GRAPHQL_TYPE],
    ['application/json', JSON_TYPE],
    ['*/*', JSON_TYPE],
    ['application/*, text/html;q=0.1', JSON_TYPE],
    ['', JSON_TYPE],
  ])('ok: for %j, as for an answer', async (accept, type) => {
    const refused = await ask('/graphql', 'Bearer rubbish', { accept });
    const answered = await ask('/graphql', `Bearer ${valid}`, { accept });
    expect([refused.status, refused.type]).toEqual([401, type]);
    expect([answered.status, answered.type]).toEqual([200, type]);
  });

  test('ok: JSON for clients that accept neither, which may still read it', async () => {
    expect((await ask('/graphql', 'Bearer rubbish', { accept: 'text/html' })).type).toBe(JSON_TYPE);
    const weird = ', ;q, application/graphql-response+json;q=high';
    expect((await ask('/graphql', 'Bearer rubbish', { accept: weird })).type).toBe(JSON_TYPE);
  });

  test('ok: the same for other refusals of the door', async () => {
    const accept = 'application/graphql-response+json';
    expect(await ask('/nothing', null, { accept })).toMatchObject({ status: 404, type: GRAPHQL_TYPE });
    const invalid = await ask('/graphql/stream', `Bearer ${valid}`, { accept });
    expect(invalid).toMatchObject({ status: 400, type: GRAPHQL_TYPE });
  });
});
