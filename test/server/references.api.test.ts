import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, startTestServer, type TestServer } from '../harness/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.close());

const CREATE = `mutation { createAllowlist(input: { name: "base", tpmPolicy: "{\\"0\\": [\\"${'0'.repeat(64)}\\"]}" }) {
  allowlist { id domain { name } project { id name domain { name } } } } }`;
const ENTITIES = 'query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }';

describe('objects of another domain', () => {
  test('ok: an allowlist tells its owner in full, under the owner’s policy', async () => {
    const domainId = await server.domain('home');
    const project = await server.project(domainId, 'own');
    const { token } = await server.token({ scope: project, role: 'member' });
    const { body } = await server.graphql(CREATE, {}, token);
    expect(body.errors).toBeUndefined();
    expect(body.data.createAllowlist.allowlist).toMatchObject({
      domain: null,
      project: { id: project.projectId, name: 'own', domain: { name: 'home' } },
    });
  });

  test.each([
    ['effectivePermissions', '(principal: { agent: { id: $id } }) { agent { id state etag } }'],
    ['whoCan', '(policy: "agent:get", targetId: $id, first: 10) { nodes { agent { id state etag } } }'],
  ])('ok: %s tells an agent in full, of which two domains have fields', async (name, asked) => {
    const scope = await server.project(await server.domain());
    const id = await server.agent(scope, { record: {}, trustState: 'PENDING' });
    const { token } = await server.token({ scope: { type: 'domain', domainId: scope.domainId }, role: 'reader' });
    const { body } = await server.graphql(`query ($id: ID!) { told: ${name}${asked} }`, { id }, token);
    expect(body.errors).toBeUndefined();
    expect(JSON.stringify(body.data)).toContain(`{"id":"${id}","state":"PENDING","etag":"`);
  });

  test.each([
    { __typename: 'Nothing', id: 'x' },
    { __typename: 'Viewer', id: 'x' },
    { __typename: '_entities', id: 'x' },
    { __typename: 'Agent' },
    { __typename: 'Agent', id: 5 },
    { id: 'x' },
    'text',
  ])('invalid: the representation %j', async (representation) => {
    const { token } = await server.token({ scope: { type: 'system' }, role: 'reader' });
    const answer = await server.graphql(ENTITIES, { of: [representation] }, token);
    expect(codeOf(answer)).toBe('BAD_USER_INPUT');
  });

  test('hidden: an entity that is missing is null', async () => {
    const { token } = await server.token({ scope: { type: 'system' }, role: 'reader' });
    const answer = await server.graphql(ENTITIES, { of: [{ __typename: 'Agent', id: 'x' }] }, token);
    expect(answer.body).toEqual({ data: { _entities: [null] } });
  });
});
