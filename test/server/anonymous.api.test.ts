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
async function seen(query: unknown, variables: unknown = {}, operationName?: string) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables, operationName }),
  });
  const headers = [...response.headers].filter(([name]) => name !== 'date' && name !== 'x-request-id');
  const body = (await response.text()).replace(/"requestId":"[^"]*"/, '"requestId":""');
  return { status: response.status, headers, body };
}

const REFUSED: Readonly<Record<string, readonly [query: unknown, variables?: unknown, operationName?: string]>> = {
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
  'a public operation beside a guarded one': [
    'mutation a { logInAgent(input: { agentId: "a" }) { token } } query b { viewer { kind } }',
    {},
    'a',
  ],
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
