import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BODY_MAX, BODY_MAX_SMALL } from '../../src/server/http/body.js';
import { LIMITS } from '../../src/server/limits/operation-limits.js';
import { MUTATION, OPERATION, STATEMENT } from '../../src/server/limits/prices.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';

const SCRAPER = 'a-secret-that-only-the-scraper-knows';
/** A clock that stands still until a test moves it. */
const clock = { time: Date.now(), now: () => new Date(clock.time) };
let server: TestServer;
let reader: string;
let member: string;
beforeAll(async () => {
  // Enough for five mutations and little more each second, which may come at once.
  const costPerSecondPerPrincipal = 5 * (OPERATION + MUTATION + STATEMENT);
  const limits = {
    costPerSecondPerPrincipal,
    strangersRequestsPerSecondPerSource: 2,
    strangersCostPerSecondPerSource: 0,
  };
  server = await startTestServer({ clock, limits, trustedProxies: ['127.0.0.0/8'], metricsToken: SCRAPER });
  const scope = await server.project(await server.defaultDomainId());
  reader = (await server.token({ scope, role: 'reader' })).token;
  member = (await server.token({ scope, role: 'member' })).token;
}, 60_000);
afterAll(() => server.close());

let lastSource = 0;
function elsewhere(): string {
  lastSource += 1;
  return `192.0.2.${lastSource}`;
}

async function send(path: string, body: string, token?: string, source = elsewhere()) {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': source,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body,
  });
  const text = await response.text();
  const retryAfter = response.headers.get('retry-after');
  return { status: response.status, retryAfter, body: text.startsWith('{') ? (JSON.parse(text) as Json) : null };
}

const ask = (query: string, variables: object = {}, token?: string) =>
  send('/graphql', JSON.stringify({ query, variables }), token);
const boundOf = ({ body }: { readonly body: Json }) => body?.errors?.[0]?.extensions.bound;
const REPEATED = `{ viewer { ${'kind '.repeat(115)} nothing } }`;
const CREATE = `mutation ($input: CreateAllowlistInput!) { createAllowlist(input: $input) { allowlist { id } userErrors { code } } }`;
const large = (name: string) => ({
  input: { name, imaPolicy: { content: `${'0'.repeat(64)}  /${'x'.repeat(BODY_MAX)}` } },
});

describe('before a document is validated', () => {
  test('invalid: a key that is repeated, and not the field that does not exist, by every transport', async () => {
    const message = /under one key/;
    expect((await ask(REPEATED, {}, reader)).body.errors[0].message).toMatch(message);
    const search = `/graphql?query=${encodeURIComponent(REPEATED)}`;
    const headers = { authorization: `Bearer ${reader}`, 'apollo-require-preflight': 'true' };
    expect(await (await fetch(server.url + search, { headers })).text()).toMatch(message);
    const stream = await send('/graphql/stream', JSON.stringify({ query: `subscription ${REPEATED}` }), reader);
    expect(stream.body.errors[0].message).toMatch(message);
  });

  test('unauthenticated: a stranger is told what it is told of any document', async () => {
    const repeated = await ask(`mutation { logInAgent(input: { agentId: "a" }) { ${'token '.repeat(115)} } }`);
    const unknown = await ask('{ nothing }');
    expect([repeated.status, repeated.body.errors[0].message]).toEqual([401, unknown.body.errors[0].message]);
  });

  test('invalid: a document that was refused is refused again', async () => {
    for (let n = 0; n < 3; n += 1) expect(boundOf(await ask(REPEATED, {}, reader))).toBe('document');
  });
});

describe('before a body is parsed', () => {
  test('invalid: more values or levels than any operation needs, and the body need not be JSON for that', async () => {
    const values = `{"query":"{viewer{kind}}","variables":{"of":[${'1,'.repeat(LIMITS.jsonValues)}`;
    const levels = `{"query":"{viewer{kind}}","variables":${'['.repeat(LIMITS.jsonDepth)}`;
    for (const body of [values, levels]) expect(boundOf(await send('/graphql', body, reader))).toBe('body');
    expect((await send('/graphql/stream', levels, reader)).status).toBe(400);
  });

  test('invalid: a stranger’s body of more than 64 KiB', async () => {
    const query = `mutation { logInAgent(input: { agentId: "a" }) { challenge { nonce } } }`;
    const body = (length: number) => JSON.stringify({ query, unused: 'x'.repeat(length) });
    expect((await send('/graphql', body(BODY_MAX_SMALL - 200))).status).toBe(200);
    expect(boundOf(await send('/graphql', body(BODY_MAX_SMALL)))).toBe('body');
  });

  test('invalid: more than 1 MiB for an operation that takes no content, or whose caller may not run it', async () => {
    const unused = 'x'.repeat(BODY_MAX);
    expect(boundOf(await send('/graphql', JSON.stringify({ query: '{ viewer { kind } }', unused }), member))).toBe(
      'body',
    );
    expect(boundOf(await ask(CREATE, large('denied'), reader))).toBe('body');
    const mixed = `${CREATE.slice(0, -1)} revokeToken(input: {}) { userErrors { code } } }`;
    expect(boundOf(await ask(mixed, large('mixed'), member))).toBe('body');
    const all = `{ createAllowlist(input: $input) { userErrors { code } } }`;
    const hidden = `mutation ($input: CreateAllowlistInput!) { ...All } fragment All on Mutation ${all}`;
    expect(boundOf(await ask(hidden, large('hidden'), member))).toBe('body');
    const late = JSON.stringify({ variables: large('late'), query: CREATE });
    expect((await send('/graphql', late, member)).body.errors[0].message).toContain('before "variables"');
  });

  test('ok: more than 1 MiB of content, from who may send it, with a fragment for what is answered', async () => {
    const spread = `${CREATE.replace('{ code }', '{ ...Problem }')} fragment Problem on UserError { code }`;
    const { body } = await ask(spread, large('content'), member);
    expect(body.errors).toBeUndefined();
    // The path is too long: it came as far as the compiler.
    expect(body.data.createAllowlist.userErrors).toEqual([{ code: 'INVALID' }]);
  });

  test('invalid: another query behind the one that was judged', async () => {
    clock.time += 10_000;
    const body = JSON.stringify({ query: CREATE, variables: large('twice') }).replace(
      /\}$/,
      ',"query":"{viewer{kind}}"}',
    );
    expect((await send('/graphql', body, member)).body.errors[0].message).toContain('more than once');
  });
});

describe('Query._entities', () => {
  test.each([
    { id: 'x', of: [[1]] },
    { id: 'x', of: { a: 1 } },
    Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`k${n}`, 1])),
  ])('invalid: a representation with parts', async (parts) => {
    const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { id } } }';
    const answer = await server.graphql(query, { r: [{ __typename: 'User', id: 'x', ...parts }] }, reader);
    expect(codeOf(answer)).toBe('BAD_USER_INPUT');
  });
});

describe('what operations cost', () => {
  test('refused: who has spent what it has waits, and nothing of the operation has run', async () => {
    const scope = await server.project(await server.defaultDomainId());
    const { token } = await server.token({ scope, role: 'member' });
    const create = (name: string) =>
      ask('mutation ($name: String!) { createAgent(input: { name: $name }) { agent { id } } }', { name }, token);
    const names = Array.from({ length: 20 }, (_, n) => `charged-${n}`);
    const answers = [];
    for (const name of names) answers.push(await create(name));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({ retryAfter: '1', body: { errors: [{ extensions: { code: 'RATE_LIMITED' } }] } });
    clock.time += 10_000;
    const agents = (await ask('{ agents { nodes { name } } }', {}, token)).body.data.agents.nodes;
    expect(agents).toHaveLength(names.length - refused.length);
  });

  test.each([
    ['a document that is not GraphQL', () => `{ ${'a '.repeat(4000)}`],
    ['a document that is not valid', (n: number) => `query Q${n} { viewer { ${'nothing kind '.repeat(30)} } }`],
    ['variables that nothing takes', () => '{ viewer { nothing } }', (most: number) => ({ some: 'x'.repeat(most) })],
  ])(
    'refused: who has spent what it has on %s waits before more is read',
    async (_, query, variables: (most: number) => object = () => ({})) => {
      const scope = await server.project(await server.defaultDomainId());
      const { token } = await server.token({ scope, role: 'reader' });
      for (const path of ['/graphql', '/graphql/stream']) {
        clock.time += 10_000;
        const most = (path === '/graphql' ? BODY_MAX : BODY_MAX_SMALL) - 1000;
        const statuses = new Set<number>();
        for (let n = 0; n < 60; n += 1) {
          const body = JSON.stringify({ query: query(n), variables: variables(most) });
          statuses.add((await send(path, body, token)).status);
        }
        expect([...statuses]).toEqual([400, 429]);
      }
    },
  );

  test('ok: a document that was valid costs its reading once', async () => {
    const scope = await server.project(await server.defaultDomainId());
    const { token } = await server.token({ scope, role: 'reader' });
    const metered = async () => {
      const metrics = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${SCRAPER}` } });
      return Number(/operation_cost_seconds_total\{kind="reading"\} (\S+)/.exec(await metrics.text())?.[1]);
    };
    const read = async () => {
      const before = await metered();
      expect((await ask(`{ viewer { kind } } #${'x'.repeat(4000)}`, {}, token)).status).toBe(200);
      return (await metered()) - before;
    };
    const [first, second] = [await read(), await read()];
    expect(first).toBeGreaterThan(0.01);
    expect(second).toBeLessThan(0.001);
  });

  test('invalid: an operation that could cost too much names the field, its price and the bound', async () => {
    clock.time += 10_000;
    const often = Array.from({ length: 20 }, (_, n) => `a${n}: agents(first: 200) { nodes { id name state } }`);
    const { status, body } = await ask(`{ ${often.join(' ')} }`, {}, reader);
    expect(status).toBe(400);
    expect(body.errors[0].extensions).toMatchObject({ code: 'BAD_USER_INPUT', bound: 'cost', field: 'agents' });
    expect(body.errors[0].message).toMatch(/agents alone costs \d+/);
  });

  test('refused: strangers have a rate of their own by where they come from', async () => {
    const source = elsewhere();
    const log = () => send('/graphql', JSON.stringify({ query: '{ nothing }' }), undefined, source);
    const statuses = [];
    for (let n = 0; n < 11; n += 1) statuses.push((await log()).status);
    expect(statuses).toEqual([...Array(10).fill(401), 429]);
    expect((await send('/graphql', JSON.stringify({ query: '{ viewer { kind } }' }), reader, source)).status).toBe(200);
  });

  test('same: the text of the subgraph is printed once', async () => {
    const { token } = await server.token({ scope: { type: 'system' }, role: 'reader' });
    const read = async () => (await ask('{ _service { sdl } }', {}, token)).body.data._service.sdl;
    expect(await read()).toBe(await read());
  });

  test('ok: operators see what was charged, and what was refused by which bound', async () => {
    await ask('{ viewer { kind } }', {}, reader);
    const metrics = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${SCRAPER}` } });
    const text = await metrics.text();
    expect(text).toMatch(/bailiwick_operation_cost_seconds_total\{kind="query"\} 0\.\d/);
    for (const bound of ['document', 'body', 'cost', 'rate'])
      expect(text).toMatch(new RegExp(`bailiwick_requests_refused_total\\{bound="${bound}"\\} [1-9]`));
  });
});
