import { SpanStatusCode } from '@opentelemetry/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordSpans } from '../fakes/tracing.js';
import { startTestServer, type TestServer } from '../harness/server.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';

const spans = recordSpans();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.close());

const ask = (token: string) =>
  fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      traceparent: `00-${TRACE}-b7ad6b7169203331-01`,
    },
    body: '{"query":"{ viewer { kind } }"}',
  });

describe('spans', () => {
  test('ok: a request continues its caller’s trace, and authentication is inside it', async () => {
    const { token } = await server.token({ scope: { type: 'unscoped' } });
    spans.length = 0;
    await ask(token);
    expect(spans.map(({ name }) => name)).toEqual(['authenticate', 'request']);
    const [authenticated, requested] = spans;
    expect(requested?.parent).toMatchObject({ traceId: TRACE, spanId: 'b7ad6b7169203331' });
    expect(authenticated?.parent).toEqual(requested?.self);
    expect(spans.flatMap(({ said }) => said)).toEqual([]);
  });

  test('refused: an error is told as such, without its words', async () => {
    spans.length = 0;
    await ask('rubbish');
    for (const { said } of spans) expect(said).toEqual([[{ code: SpanStatusCode.ERROR }]]);
    expect(spans).toHaveLength(2);
  });
});
