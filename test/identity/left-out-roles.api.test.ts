import { afterAll, beforeAll, expect, test } from 'vitest';
import { basic, codeOf, startTestServer, type TestServer } from '../harness/server.js';
import { asking } from './asking.js';
import { roleStories } from './role-stories.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.close());

test('refused: nobody passes a check that says `not role:…` by leaving that role out', async () => {
  const [ask, stories] = [asking(server), roleStories(server)];
  const root = await stories.as({ type: 'system' }, 'admin');
  const domainId = await server.domain();
  const scope = { domain: { id: domainId } };
  const domain = { type: 'domain', domainId } as const;
  const plain = await server.token({ scope: domain, role: 'reader' });
  const { userId, token } = await server.token({ scope: domain, role: 'reader' });
  await stories.create('suspended', root);
  await stories.changed('grantRole', { user: { id: userId }, role: { name: 'suspended' }, scope }, root);
  const overrides = [{ name: 'user:get', check: 'role:reader and not role:suspended' }];
  const set = await ask.send('setPolicyOverrides', '__typename', { overrides, baseRevision: 0 }, root);
  expect([set.code, set.errors]).toEqual([undefined, []]);

  const narrowed = async ({ token: bearer }: { token: string }) =>
    (await ask.send('issueToken', 'token', { proof: { token: bearer }, scope, roles: ['reader'] }, bearer)).made.token;
  const input = { name: 'script', roles: ['reader'], expiresAt: new Date(Date.now() + 3_600_000).toISOString() };
  const { made } = await ask.send('createApiCredential', 'apiCredential { id } key', input, token);
  const key = basic({ id: made.apiCredential.id, key: made.key });
  for (const by of [token, await narrowed({ token }), key]) {
    expect(codeOf(await server.graphql('{ users { nodes { id } } }', {}, by))).toBe('FORBIDDEN');
  }
  const list = await server.graphql('{ users { nodes { id } } }', {}, await narrowed(plain));
  expect(list.body.data.users.nodes.length).toBeGreaterThan(0);
});
