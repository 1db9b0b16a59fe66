import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bearer, type Json, startTestServer, type TestServer } from '../harness/server.js';

const CREATE = 'mutation ($input: CreateProjectInput!) { createProject(input: $input) { project { id etag } } }';
const DELETE =
  'mutation ($input: DeleteProjectInput!) { deleteProject(input: $input) { projectId userErrors { code } } }';
const ENTRY = `query ($of: [ID!]) { auditEntries(filter: { targetIds: $of }) { nodes { action
  domainId domain { id name } projectId project { id name }
  actor { id user { id name } agent { id } domainId domain { name } projectId project { name } } } } }`;

let server: TestServer;
let auditor: string;
let domainId: string;
let manager: Bearer;
beforeAll(async () => {
  server = await startTestServer();
  auditor = (await server.token({ scope: { type: 'system' }, role: 'reader' })).token;
  domainId = await server.domain('acme');
  manager = await server.token({ scope: { type: 'domain', domainId }, role: 'manager' });
});
afterAll(() => server.close());

async function done(query: string, input: object): Promise<Json> {
  const { body } = await server.graphql(query, { input }, manager.token);
  expect(body.errors).toBeUndefined();
  const [payload] = Object.values(body.data) as [Json];
  expect(payload.userErrors ?? []).toEqual([]);
  return payload;
}

async function entriesOf(id: string, token = auditor): Promise<Json[]> {
  const { body } = await server.graphql(ENTRY, { of: [id] }, token);
  expect(body.errors).toBeUndefined();
  return body.data.auditEntries.nodes;
}

describe('the objects of an audit entry', () => {
  test('ok: the owner and the actor as they are now, beside the ids', async () => {
    const { project } = await done(CREATE, { name: 'web' });
    const [entry] = await entriesOf(project.id);
    expect(entry).toMatchObject({
      domainId,
      domain: { id: domainId, name: 'acme' },
      projectId: project.id,
      project: { id: project.id, name: 'web' },
      actor: { id: manager.userId, user: { id: manager.userId }, agent: null, domain: { name: 'acme' }, project: null },
    });
  });

  test('ok: null for what is gone, whose id stays', async () => {
    const { project } = await done(CREATE, { name: 'short-lived' });
    await done(DELETE, { project: { id: project.id }, etag: project.etag });
    for (const entry of await entriesOf(project.id))
      expect(entry).toMatchObject({ projectId: project.id, project: null, domain: { name: 'acme' } });
  });

  test('hidden: null for what the reader may not read', async () => {
    const scope = await server.project(domainId, 'inner');
    const { token } = await server.token({ scope, role: 'reader' });
    await done(
      `mutation ($input: UpdateProjectInput!) { updateProject(input: $input) { project { id } userErrors { code } } }`,
      {
        project: { id: scope.projectId },
        etag: await etagOf(scope.projectId),
        description: 'An inner one.',
      },
    );
    const [entry] = await entriesOf(scope.projectId, token);
    expect(entry).toMatchObject({
      domain: { name: 'acme' },
      project: { name: 'inner' },
      actor: { id: manager.userId, user: null, domain: { name: 'acme' } },
    });
  });

  test('ok: an agent with its state, which is of another domain', async () => {
    const scope = await server.project(domainId, 'fleet');
    const id = await server.agent(scope, { record: {}, trustState: 'PENDING' });
    const token = await server.agentToken(id);
    await server.graphql(
      'mutation ($input: CreateProjectInput!) { createProject(input: $input) { project { id } } }',
      { input: { name: 'x' } },
      token,
    );
    const reader = (await server.token({ scope, role: 'reader' })).token;
    const query = `query ($by: [ID!]) { auditEntries(filter: { actorIds: $by }) { nodes {
      actor { user { id } agent { id name state etag } project { name } } } } }`;
    const { body } = await server.graphql(query, { by: [id] }, reader);
    expect(body.errors).toBeUndefined();
    expect(body.data.auditEntries.nodes[0].actor).toMatchObject({ user: null, agent: { id, state: 'PENDING' } });
  });
});

async function etagOf(id: string): Promise<string> {
  const query = 'query ($id: ID) { project(ref: { id: $id }) { etag } }';
  return (await server.graphql(query, { id }, manager.token)).body.data.project.etag;
}
