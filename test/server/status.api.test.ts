import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, startTestServer, type TestServer } from '../harness/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe('the HTTP status of what is refused before execution', () => {
  test('anonymous: 401 for a question about the schema', async () => {
    const answer = await server.graphql('{ __schema { queryType { name } } }');
    expect([answer.status, codeOf(answer), answer.body.data]).toEqual([401, 'UNAUTHENTICATED', undefined]);
  });

  test('invalid: 400 for an operation that could answer too much', async () => {
    const scope = await server.project(await server.defaultDomainId());
    const { token } = await server.token({ scope, role: 'reader' });
    const nodes = 'nodes { allowlist { id } }';
    const answer = await server.graphql(`{ agents(first: 200000) { ${nodes} } }`, {}, token);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'BAD_USER_INPUT']);
  });
});
