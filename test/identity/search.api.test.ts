import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, type Json, startTestServer, type TestScope, type TestServer } from '../harness/server.js';

const SEARCH = `query ($text: String!, $limit: Int) { search(text: $text, limit: $limit) {
  kind id name domain { id } project { id } } }`;
const CREATE_AGENT = 'mutation ($input: CreateAgentInput!) { createAgent(input: $input) { agent { id } } }';
const CREATE_GROUP = 'mutation ($input: CreateGroupInput!) { createGroup(input: $input) { group { id } } }';

let server: TestServer;
let domainId: string;
let project: Awaited<ReturnType<TestServer['project']>>;
let agentId: string;
beforeAll(async () => {
  server = await startTestServer();
  domainId = await server.domain();
  project = await server.project(domainId);
  agentId = (await make(project, CREATE_AGENT, 'web-1')).agent.id;
  await make({ type: 'domain', domainId }, CREATE_GROUP, 'web-people');
}, 60_000);
afterAll(() => server.close());

async function make(scope: TestScope, create: string, name: string): Promise<Json> {
  const { token } = await server.token({ scope, role: 'admin' });
  const { body } = await server.graphql(create, { input: { name } }, token);
  return Object.values(body.data)[0] as Json;
}
const reader = async (scope: TestScope) => (await server.token({ scope, role: 'reader' })).token;
const ask = (token: string, text: string, limit?: number) => server.graphql(SEARCH, { text, limit }, token);
async function found(token: string, text: string, limit?: number): Promise<Json[]> {
  const { body } = await ask(token, text, limit);
  expect(body.errors).toBeUndefined();
  return body.data.search;
}

describe('Query.search', () => {
  test('ok: objects of several kinds whose names begin so, with where they belong', async () => {
    const hits = await found(await reader({ type: 'domain', domainId }), 'web-');
    expect(hits.map(({ kind, name }) => [kind, name])).toEqual([
      ['GROUP', 'web-people'],
      ['AGENT', 'web-1'],
    ]);
    expect(hits[1]).toMatchObject({ id: agentId, domain: { id: domainId }, project: { id: project.projectId } });
  });

  test('ok: an object by its id, and no other', async () => {
    expect((await found(await reader(project), agentId)).map(({ id }) => id)).toEqual([agentId]);
  });

  test('ok: names of roles in any case, and no more than is asked for', async () => {
    const token = await reader({ type: 'system' });
    expect((await found(token, 'READER')).map(({ kind, name }) => [kind, name])).toContainEqual(['ROLE', 'reader']);
    expect(await found(token, 'r', 1)).toHaveLength(1);
  });

  test('hidden: what another tenant has is missing, by name and by id', async () => {
    const token = await reader(await server.project(await server.domain()));
    expect([await found(token, 'web-'), await found(token, agentId)]).toEqual([[], []]);
  });

  test.each([
    ['no text', '', 5],
    ['a text that is longer than a name', 'x'.repeat(256), 5],
    ['more than 20', 'x', 21],
    ['none', 'x', 0],
  ])('invalid: %s', async (_, text, limit) => {
    expect(codeOf(await ask(await reader(project), text, limit))).toBe('BAD_USER_INPUT');
  });

  test('ok: a text that Postgres cannot store finds nothing', async () => {
    expect(await found(await reader(project), 'a\u0000')).toEqual([]);
  });
});
