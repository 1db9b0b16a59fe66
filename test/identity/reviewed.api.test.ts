import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Json, startTestServer, type TestServer } from '../harness/server.js';
import { roleStories } from './role-stories.js';

let server: TestServer;
let stories: ReturnType<typeof roleStories>;
let admin: string;
beforeAll(async () => {
  server = await startTestServer();
  stories = roleStories(server);
  admin = await stories.as({ type: 'system' }, 'admin');
}, 60_000);
afterAll(() => server.close());

/** The payload of a change of a user, whatever came of it. */
async function change(name: 'enableUser' | 'disableUser', input: object, token: string): Promise<Json> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { result: ${name}(input: $input) {
    user { etag isEnabled } userErrors { code path } } }`;
  const { body } = await server.graphql(query, { input }, token);
  expect(body.errors).toBeUndefined();
  return body.data.result;
}

const stale = (field: string) => [expect.objectContaining({ code: 'STALE_ETAG', path: ['input', field] })];

describe('what is acted on is what was reviewed', () => {
  test('stale: a role that implies more since it was reviewed is not given; ok: as it is now', async () => {
    const reviewed = await stories.create('deployer', admin);
    await stories.imply('deployer', 'member', admin);
    const domainId = await server.domain();
    const user = { id: await server.user(domainId) };
    const grant = { user, roleId: reviewed.id, scope: { domain: { id: domainId } } };
    const refused = await stories.changed('grantRole', { ...grant, roleEtag: reviewed.etag }, admin);
    expect(refused).toEqual({ roleAssignment: null, userErrors: stale('roleEtag') });
    const { etag } = await stories.role('deployer', admin);
    const granted = await stories.changed('grantRole', { ...grant, roleEtag: etag }, admin);
    expect(granted).toMatchObject({ roleAssignment: { role: 'deployer' }, userErrors: [] });
  });

  test('stale: a user who changed since is neither let in nor kept out; ok: as the user is now', async () => {
    const domainId = await server.domain();
    const token = await stories.as({ type: 'domain', domainId }, 'admin');
    const user = { id: await server.user(domainId) };
    const { user: first } = await change('disableUser', { user }, token);
    const { user: second } = await change('enableUser', { user, etag: first.etag }, token);
    expect(second.isEnabled).toBe(true);
    for (const name of ['disableUser', 'enableUser'] as const)
      expect(await change(name, { user, etag: first.etag }, token)).toEqual({ user: null, userErrors: stale('etag') });
    expect(await change('disableUser', { user, etag: second.etag }, token)).toMatchObject({
      user: { isEnabled: false },
    });
  });
});
