import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, startTestServer, type TestServer } from '../harness/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.close());

const LOG_IN = `mutation ($proof: TokenProof!) {
  issueToken(input: { proof: $proof }) { __typename token userErrors { code } } }`;
const wrong = { password: { user: 'admin', password: 'not the password' } };

/** All that an observer has of an answer, but for the time and the request's id. */
async function seen(query: unknown, variables: unknown = {}, operationName?: unknown) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables, operationName }),
  });
  const headers = [...response.headers].filter(([name]) => name !== 'date' && name !== 'x-request-id');
  const body = (await response.text()).replace(/"requestId":"[^"]*"/, '"requestId":""');
  return { status: response.status, headers, body };
}

const ONE_AND_TWO = 'mutation one { logInAgent(input: { agentId: "a" }) { token } } query two { viewer { kind } }';

const REFUSED: Readonly<Record<string, readonly [query: unknown, variables?: unknown, operationName?: unknown]>> = {
  'a field that does not exist': ['{ nothing }'],
  'a field that is guarded': ['{ viewer { kind } }'],
  'a guarded field with arguments that do not fit': ['{ project(ref: 1) { guess } }'],
  'a guarded field with a missing argument': ['{ project { id } }'],
  'a fragment on a type that does not exist': ['query { ...f } fragment f on Nothing { id }'],
  'a fragment on a type that exists': ['query { ...f } fragment f on Query { viewer { kind } }'],
  'a type that does not exist, beside a public field': [
    'mutation { logInAgent(input: { agentId: "a" }) { ... on Nothing { id } } }',
  ],
  'a type that exists, beside a public field': [
    'mutation { logInAgent(input: { agentId: "a" }) { ... on CreateAgentPayload { userErrors { code } } } }',
  ],
  introspection: ['{ __schema { types { name } } }'],
  'introspection of a type': ['{ __type(name: "Agent") { name } }'],
  'introspection beside a public field': ['mutation { __schema { types { name } } issueToken { token } }'],
  'the name of the root': ['{ __typename }'],
  'the federation’s schema': ['{ _service { sdl } }'],
  entities: ['{ _entities(representations: []) { __typename } }'],
  'a document that is not GraphQL': ['{'],
  'a document of many tokens': [`{${' a'.repeat(5000)}}`],
  'no document': [undefined],
  'a document that is no text': [{ a: 1 }],
  'a public field with a field that does not exist': [LOG_IN.replace('token ', 'tokens '), { proof: wrong }],
  'a public field with an argument that does not exist': [
    'mutation { logInAgent(input: { agentId: "a" }, guess: 1) { token } }',
  ],
  'a public field with an input field that does not exist': [
    'mutation { logInAgent(input: { agentId: "a", guess: 1 }) { token } }',
  ],
  'a variable that does not fit': [LOG_IN, { proof: { guess: 1 } }],
  'variables that are no object': [LOG_IN, 'guess'],
  'a variable that is missing': [LOG_IN],
  'an operation that is not there': [LOG_IN, { proof: wrong }, 'guess'],
  'the guarded one of two operations': [ONE_AND_TWO, {}, 'two'],
  'two operations of which none is named': [ONE_AND_TWO],
  'two operations of which the name is another': [ONE_AND_TWO, {}, 'three'],
  'two operations of which the name is in a list': [ONE_AND_TWO, {}, ['one']],
  'the public one of two operations, with a guarded field in its fragment': [
    'mutation one { ...f } fragment f on Mutation { createDomain(input: { name: "x" }) { etag } } query two { viewer }',
    {},
    'one',
  ],
  'an operation beside text that is not GraphQL': [`${ONE_AND_TWO} query three {`, {}, 'one'],
  'an operation beside one of many tokens': [`${ONE_AND_TWO} query three {${' a'.repeat(500)}}`, {}, 'one'],
};

describe('anonymous', () => {
  test.each(Object.entries(REFUSED))('unauthenticated: %s looks like a field that does not exist', async (_, asked) => {
    const answer = await seen(...asked);
    expect(answer.status).toBe(401);
    expect(answer).toEqual(await seen('{ nothing }'));
  });

  test('unauthenticated: a document that others ran before is refused the same', async () => {
    const { token } = await server.token({ scope: { type: 'system' }, role: 'reader' });
    const document = '{ viewer { kind scope { type } } }';
    expect((await server.graphql(document, {}, token)).body.data.viewer.kind).toBe('USER');
    expect(await seen(document)).toEqual(await seen('{ nothing }'));
  });

  test('unauthenticated: a query string is judged like a body', async () => {
    const ask = async (query: string) => {
      const response = await fetch(`${server.url}/graphql?query=${encodeURIComponent(query)}`, {
        headers: { 'apollo-require-preflight': 'true' },
      });
      return [response.status, (await response.text()).replace(/"requestId":"[^"]*"/, '')];
    };
    expect((await ask('{ nothing }'))[0]).toBe(401);
    expect(await ask('{ viewer { kind } }')).toEqual(await ask('{ nothing }'));
  });

  test('refused: a wrong password, in the operation’s own way', async () => {
    const answer = await server.graphql(LOG_IN, { proof: wrong });
    expect([answer.status, codeOf(answer)]).toEqual([200, 'UNAUTHENTICATED']);
  });

  test.each(['null', '[]', '5', '"x"', '[{"query":"{viewer{kind}}"}]'])(
    'unauthenticated: the body %s',
    async (body) => {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      expect(response.status).toBe(401);
    },
  );

  test('ok: logs in, with the fields that clients’ libraries add', async () => {
    const password = readFileSync(server.adminPasswordPath, 'utf8').trim();
    const proof = { password: { user: 'admin', password, newPassword: 'correct horse battery' } };
    const answer = await server.graphql(LOG_IN, { proof });
    expect(answer.body.data.issueToken).toMatchObject({ __typename: 'IssueTokenPayload', userErrors: [] });
  });

  test('ok: begins what a machine begins with', async () => {
    const answer = await server.graphql(
      'mutation ($agentId: ID!) { logInAgent(input: { agentId: $agentId }) { challenge { nonce pcrs } } }',
      { agentId: 'agt_x' },
    );
    expect(answer.status).toBe(200);
    expect(answer.body.data.logInAgent.challenge.nonce).toMatch(/^[A-Za-z0-9+/]+=*$/);
  });
});

describe('anonymous, with a document of several operations', () => {
  const named = LOG_IN.replace('mutation (', 'mutation LogIn(');
  const BESIDE: Readonly<Record<string, string>> = {
    'a guarded field': 'query WhoAmI { viewer { kind } }',
    'a guarded field with its fragment': 'query WhoAmI { ...f } fragment f on Query { viewer { kind } }',
    'a field that does not exist': 'query Guess { nothing }',
    'an argument that does not fit': 'query Guess { project(ref: 1) { guess } }',
    introspection: 'query Guess { __schema { types { name } } }',
    'a subscription': 'subscription Watch { agentTrustChanged { to } }',
    'an operation without a name': '{ viewer { kind } }',
    'a fragment that nothing uses': 'query Guess { nothing } fragment f on Nothing { id }',
  };
  const places = [
    ['before', (beside: string) => `${beside} ${named}`],
    ['after', (beside: string) => `${named}\n# the rest\n${beside}`],
  ] as const;
  const cases = Object.entries(BESIDE).flatMap(([what, beside]) =>
    places.map(([where, join]) => [what, where, join(beside)] as const),
  );

  test.each(cases)('ok: %s %s the operation that is named changes nothing', async (_what, where, document) => {
    const answer = await seen(document, { proof: wrong }, 'LogIn');
    expect(answer.status).toBe(200);
    const alone = where === 'after' ? named : named.padStart(document.length);
    // Its errors name places in what was sent, though only a part of it runs.
    expect(answer).toEqual(await seen(alone, { proof: wrong }, 'LogIn'));
  });

  test('ok: the fragments of the operation that is named are kept, in whichever order', async () => {
    const document = `fragment Other on Query { nothing } fragment Code on UserError { code }
      query Guess { ...Other }
      mutation LogIn($proof: TokenProof!) { issueToken(input: { proof: $proof }) { ...Given } }
      fragment Given on IssueTokenPayload { token userErrors { ...Code } }`;
    const { body } = await seen(document, { proof: wrong }, 'LogIn');
    expect(JSON.parse(body).errors[0]).toMatchObject({
      path: ['issueToken'],
      locations: [{ line: 3, column: 45 }],
      extensions: { code: 'UNAUTHENTICATED' },
    });
  });

  test('invalid: one in a query string may not change anything, as alone', async () => {
    const alone = 'mutation LogIn { logInAgent(input: { agentId: "a" }) { token } }';
    const ask = async (query: string) => {
      const search = new URLSearchParams({ query, operationName: 'LogIn' });
      const headers = { 'apollo-require-preflight': 'true' };
      const response = await fetch(`${server.url}/graphql?${search}`, { headers });
      return [response.status, (await response.text()).replace(/"requestId":"[^"]*"/, '')];
    };
    expect((await ask(alone))[0]).toBe(405);
    expect(await ask(`${alone} query Guess { nothing }`)).toEqual(await ask(alone));
  });
});

describe('authenticated', () => {
  test.each(['{ __schema { queryType { name } } }', '{ _service { sdl } }'])(
    'ok: any caller reads the schema by %s',
    async (query) => {
      const { token } = await server.token({ scope: { type: 'unscoped' } });
      const answer = await server.graphql(query, {}, token);
      expect([answer.status, answer.body.errors]).toEqual([200, undefined]);
    },
  );

  test('invalid: an operation that could answer too much answers 400', async () => {
    const { token } = await server.token({ scope: { type: 'system' }, role: 'reader' });
    const answer = await server.graphql('{ domains(first: 300000) { nodes { id } } }', {}, token);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'BAD_USER_INPUT']);
    expect(answer.body.errors[0].message).toContain('could cost');
  });
});
