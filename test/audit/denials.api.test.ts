import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/platform/ids.js';
import { type Json, startTestServer, type TestServer } from '../harness/server.js';

const DENIALS = `query ($id: ID!) { auditEntries(filter: { outcomes: [DENIED], actorIds: [$id] }) {
  nodes { action policy requestId details actor { id } targetId } } }`;
const TWICE = `mutation {
  a: createProject(input: { name: "a" }) { userErrors { code } }
  b: createProject(input: { name: "b" }) { userErrors { code } } }`;
const UPLOAD = `/uploads/${newId('Upload')}`;

let server: TestServer;
let scope: Awaited<ReturnType<TestServer['project']>>;
let auditor: string;
beforeAll(async () => {
  server = await startTestServer();
  scope = await server.project(await server.defaultDomainId());
  auditor = (await server.token({ scope: { type: 'system' }, role: 'reader' })).token;
}, 60_000);
afterAll(() => server.close());

async function denialsOf(userId: string): Promise<Json[]> {
  const answer = await server.graphql(DENIALS, { id: userId }, auditor);
  return answer.body.data.auditEntries.nodes;
}

async function ask(method: string, path: string, token?: string) {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${server.url}${path}`, { method, headers, ...(method === 'PUT' && { body: 'bytes' }) });
  await response.text();
  return { status: response.status, requestId: response.headers.get('x-request-id') };
}

describe('audited', () => {
  test('an operation of the graph that is denied, once a request', async () => {
    const { userId, token } = await server.token({ scope, role: 'reader' });
    const answer = await server.graphql(TWICE, {}, token);
    expect(answer.body.errors).toHaveLength(2);
    const { requestId } = answer.body.errors[0].extensions;
    const denied = { action: 'REQUEST_DENIED', policy: 'project:create', requestId, actor: { id: userId } };
    expect(await denialsOf(userId)).toMatchObject([
      { ...denied, details: { path: 'createProject', reason: 'WRONG_SCOPE' } },
    ]);
  });

  test('an upload that is denied', async () => {
    const { userId, token } = await server.token({ scope, role: 'reader' });
    const { status, requestId } = await ask('PUT', UPLOAD, token);
    expect(status).toBe(403);
    const details = { path: 'HTTP.putUpload' };
    expect(await denialsOf(userId)).toMatchObject([
      { action: 'REQUEST_DENIED', policy: 'upload:create', requestId, details },
    ]);
  });

  test('a download with a token of another scope', async () => {
    const { userId, token } = await server.token({ scope: { type: 'unscoped' } });
    const path = `/allowlist-revisions/${newId('AllowlistRevision')}/ima-policy`;
    expect((await ask('GET', path, token)).status).toBe(403);
    expect(await denialsOf(userId)).toMatchObject([
      { policy: 'allowlist:get_content', details: { path: 'HTTP.getImaPolicy', reason: 'WRONG_SCOPE' } },
    ]);
  });
});

describe('not audited', () => {
  test('what is hidden or missing, and who did not say who it is', async () => {
    const { userId, token } = await server.token({ scope, role: 'member' });
    expect((await ask('PUT', UPLOAD, token)).status).toBe(404);
    expect(await denialsOf(userId)).toEqual([]);
    expect((await ask('PUT', UPLOAD)).status).toBe(401);
    const all = await server.graphql(
      '{ auditEntries(filter: { outcomes: [DENIED] }) { nodes { actor { id } } } }',
      {},
      auditor,
    );
    expect(all.body.data.auditEntries.nodes.filter(({ actor }: Json) => actor.id === null)).toEqual([]);
  });
});
