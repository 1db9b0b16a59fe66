import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { formatUserError, type Mutation, mutate, type Payload, request } from '../../src/cli/common/client.js';
import { parseServer } from '../../src/cli/common/connection.js';
import { CliError, EXIT, exitCodeOf } from '../../src/cli/common/errors.js';
import { TypedDocumentString } from '../../src/generated/documents.js';

const ITEM = new TypedDocumentString<unknown, Record<string, never>>('{ item }');
const CHANGE = new TypedDocumentString('mutation { x }') as Mutation<Payload & { readonly id: number | null }, object>;

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

let server: Server | undefined;
let received: IncomingMessage | undefined;

/** A server that answers its requests in turn, those behind the last one like that one. */
async function serve(...answers: readonly [Answer, ...Answer[]]): Promise<string> {
  let last = answers[0];
  let count = 0;
  server = createServer((incoming, outgoing) => {
    received = incoming;
    last = answers[count++] ?? last;
    const { status = 200, headers = {}, body = '' } = last;
    incoming.resume().on('end', () => outgoing.writeHead(status, headers).end(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  received = undefined;
});

async function errorOf(call: Promise<unknown>): Promise<CliError> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CliError)) throw new Error('expected a CliError', { cause: error });
  return error;
}

async function exitOf(call: Promise<unknown>): Promise<[number, string]> {
  const { exitCode, message } = await errorOf(call);
  return [exitCode, message];
}

describe('request', () => {
  test('ok: the data comes back, and the token went along', async () => {
    const url = await serve({ body: JSON.stringify({ data: { item: 1 } }) });
    expect(await request({ server: url, token: 't' }, ITEM, {})).toEqual({ item: 1 });
    expect(received?.headers.authorization).toBe('Bearer t');
    expect(received?.url).toBe('/graphql');
  });

  test('ok: what comes too fast is sent again when the server says; refused: when that is long, or again and again', async () => {
    const tooFast = (seconds: string): Answer => {
      const errors = [{ message: 'Too many requests.', extensions: { code: 'RATE_LIMITED' } }];
      return { status: 429, headers: { 'retry-after': seconds }, body: JSON.stringify({ errors }) };
    };
    const done = { body: JSON.stringify({ data: { item: 1 } }) };
    expect(await request({ server: await serve(tooFast('0'), tooFast('0'), done) }, ITEM, {})).toEqual({ item: 1 });
    for (const seconds of ['0', '60']) {
      server?.close();
      expect((await exitOf(request({ server: await serve(tooFast(seconds)) }, ITEM, {})))[1]).toContain('RATE_LIMITED');
    }
  });

  test('unavailable: who ends the wait before it is sent again, or has no time for it, gets an answer at once', async () => {
    const url = await serve({
      status: 429,
      headers: { 'retry-after': '5' },
      body: '{"errors":[{"message":"Later."}]}',
    });
    const waits = [{ timeoutMs: 300 }, { signal: AbortSignal.timeout(300) }];
    for (const wait of waits) expect((await exitOf(request({ server: url, ...wait }, ITEM, {})))[0]).toBe(5);
  }, 4000);

  test('ok: without a token no credential is sent', async () => {
    const url = await serve({ body: JSON.stringify({ data: {} }) });
    await request({ server: url }, ITEM, {});
    expect(received?.headers).not.toHaveProperty('authorization');
  });

  test.each([
    ['UNAUTHENTICATED', 3],
    ['FORBIDDEN', 3],
    ['NOT_FOUND', 4],
    ['BAD_USER_INPUT', 1],
    ['INVALID_CURSOR', 1],
    ['RATE_LIMITED', 5],
    ['UNAVAILABLE', 5],
    ['INTERNAL_SERVER_ERROR', 5],
    ['SOMETHING_NEW', 5],
  ])('refused: %s exits with %i', async (code, exit) => {
    expect(exitCodeOf(code)).toBe(exit);
    const errors = [{ message: 'No.\u001b', extensions: { code, requestId: 'r1' } }];
    const url = await serve({ body: JSON.stringify({ data: { item: null }, errors }) });
    expect(await exitOf(request({ server: url }, ITEM, {}))).toEqual([exit, `${code}: No.\\u{1b} (request r1)`]);
  });

  test('refused: a token of another scope is answered with how to get one that would do', async () => {
    const extensions = { code: 'FORBIDDEN', reason: 'WRONG_SCOPE', scopeTypes: ['domain', 'project', 'agent'] };
    const url = await serve({ body: JSON.stringify({ data: null, errors: [{ message: 'No.', extensions }] }) });
    const error = await errorOf(request({ server: url }, ITEM, {}));
    expect([error.exitCode, error.message, error.hint]).toEqual([
      3,
      'FORBIDDEN: No.',
      'bailiwick login --domain-scope DOMAIN\nor: bailiwick login --project PROJECT',
    ]);
  });

  test.each([
    [401, EXIT.denied],
    [403, EXIT.denied],
    [502, EXIT.unavailable],
    [200, EXIT.unavailable],
  ])('refused: status %i without GraphQL exits with %i', async (status, exit) => {
    const url = await serve({ status, body: '<html>' });
    expect((await exitOf(request({ server: url }, ITEM, {})))[0]).toBe(exit);
  });

  test('unavailable: what is no Bailiwick is named as such', async () => {
    const url = await serve({ status: 501, body: '<html>' });
    const error = await errorOf(request({ server: url }, ITEM, {}));
    expect([error.exitCode, error.message, error.hint]).toEqual([
      5,
      `${url} is no Bailiwick server: it answered HTTP status 501 and no GraphQL`,
      'name the server with --server or BAILIWICK_SERVER',
    ]);
  });

  test('refused: another GraphQL server, whose errors have no request id, is doubted', async () => {
    const errors = [{ message: 'Cannot query field "item".', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }];
    const url = await serve({ status: 400, body: JSON.stringify({ errors }) });
    const { hint } = await errorOf(request({ server: url }, ITEM, {}));
    expect(hint).toBe(`is ${url} a Bailiwick server? Name another with --server or BAILIWICK_SERVER`);
  });

  test('refused: a redirect is not followed, since the token would go along', async () => {
    const url = await serve({ status: 307, headers: { location: 'http://elsewhere.invalid/graphql' } });
    expect((await exitOf(request({ server: url, token: 't' }, ITEM, {})))[0]).toBe(EXIT.unavailable);
  });

  test('refused: nobody listens', async () => {
    const error = await errorOf(request({ server: 'http://127.0.0.1:1' }, ITEM, {}));
    expect([error.exitCode, error.message, error.hint]).toEqual([
      EXIT.unavailable,
      'cannot reach http://127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1',
      'is the server running there? Name another with --server or BAILIWICK_SERVER',
    ]);
  });

  test('ok: an answer may take longer than an idle connection is kept', async () => {
    server = createServer((_incoming, outgoing) => {
      setTimeout(() => outgoing.end(JSON.stringify({ data: { item: 1 } })), 6000);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    expect(await request({ server: url }, ITEM, {})).toEqual({ item: 1 });
  }, 30_000);

  test('refused: no answer in time', async () => {
    server = createServer(() => {}).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    expect(await exitOf(request({ server: url, timeoutMs: 50 }, ITEM, {}))).toEqual([
      EXIT.unavailable,
      `cannot reach ${url}: no answer in time`,
    ]);
  });
});

describe('mutate', () => {
  test('ok: the payload comes back', async () => {
    const url = await serve({ body: JSON.stringify({ data: { payload: { id: 1, userErrors: [] } } }) });
    expect(await mutate({ server: url }, CHANGE, {})).toEqual({ id: 1, userErrors: [] });
  });

  test('unavailable: a payload without what was made, and without a reason', async () => {
    const url = await serve({ body: JSON.stringify({ data: { payload: { id: null, userErrors: [] } } }) });
    const expected = [EXIT.unavailable, `cannot reach ${url}: it answered no id`];
    expect(await exitOf(mutate({ server: url }, CHANGE, {}, 'id'))).toEqual(expected);
  });

  test('invalid: every user error is a line with its code and field', async () => {
    const userErrors = [
      { code: 'INVALID', message: 'line 3: not hex', path: ['input', 'imaPolicy', 'content'] },
      { code: 'IN_USE', message: 'Two agents are bound.', path: [] },
    ];
    const url = await serve({ body: JSON.stringify({ data: { payload: { userErrors } } }) });
    expect(await exitOf(mutate({ server: url }, CHANGE, {}))).toEqual([
      EXIT.refused,
      'INVALID at imaPolicy.content: line 3: not hex\nIN_USE: Two agents are bound.',
    ]);
  });

  test('ok: control characters in a user error are shown, not obeyed', () => {
    expect(formatUserError({ code: 'INVALID', message: '\u0007', path: ['a\u001b'] })).toBe(
      'INVALID at a\\u{1b}: \\u{7}',
    );
  });
});

describe('the server’s address', () => {
  test.each([
    ['http://127.0.0.1:4000/', 'http://127.0.0.1:4000'],
    ['https://Example.org/bailiwick//', 'https://example.org/bailiwick'],
    ['unix:/run/bailiwick.sock', 'unix:/run/bailiwick.sock'],
  ])('ok: %s', (text, server) => expect(parseServer(text)).toBe(server));

  test.each(['', 'unix:relative', 'localhost:4000', 'ftp://x', 'http://user:secret@x', 'http://x/?a', 'http://x/#a'])(
    'invalid: %j',
    (text) => expect(() => parseServer(text)).toThrow('give a plain http or https URL'),
  );
});
