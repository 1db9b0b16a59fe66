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
    const grant = { user, role: { id: reviewed.id }, scope: { domain: { id: domainId } } };
    const refused = await stories.changed('grantRole', { ...grant, roleEtag: reviewed.etag }, admin);
    expect(refused).toEqual({ roleAssignment: null, userErrors: stale('roleEtag') });
    const { etag } = await stories.role('deployer', admin);
    const granted = await stories.changed('grantRole', { ...grant, roleEtag: etag }, admin);
    expect(granted).toMatchObject({ roleAssignment: { role: 'deployer' }, userErrors: [] });
  });

  describe('a role that brings more through the roles it implies', () => {
    const implying = async (role: string, implied: string) =>
      (await stories.imply(role, implied, admin)).body.data.addImpliedRole;
    const CHANGES: Readonly<Record<string, (name: (role: string) => string) => Promise<Json>>> = {
      'the implied role implies another': (name) => implying(name('second'), 'member'),
      'a role three implications away implies another': (name) => implying(name('fourth'), 'member'),
      'a role three implications away gets the name that a policy knows': async (name) => {
        const { id: roleId, etag } = await stories.role(name('fourth'), admin);
        return stories.changed('updateRole', { role: { id: roleId }, etag, name: name('known') }, admin);
      },
      'an implied role implies another no longer': async (name) => {
        const { id: roleId, etag } = await stories.role(name('third'), admin);
        const { id: impliedRoleId } = await stories.role(name('fourth'), admin);
        return stories.changed(
          'removeImpliedRole',
          { role: { id: roleId }, impliedRole: { id: impliedRoleId }, etag },
          admin,
        );
      },
    };

    test.each(Object.entries(CHANGES))('stale: it is not granted as reviewed when %s', async (what, changeIt) => {
      const name = (role: string) => `${role}-${Object.keys(CHANGES).indexOf(what)}`;
      const chain = ['first', 'second', 'third', 'fourth'].map(name);
      for (const role of chain) await stories.create(role, admin);
      for (const [n, role] of chain.slice(0, -1).entries()) await stories.imply(role, chain[n + 1] ?? '', admin);
      const { id: roleId, etag: roleEtag } = await stories.role(name('first'), admin);
      expect(await changeIt(name)).toMatchObject({ userErrors: [] });

      const domainId = await server.domain();
      const grant = { user: { id: await server.user(domainId) }, scope: { domain: { id: domainId } } };
      for (const role of [{ id: roleId }, { name: name('first') }]) {
        const refused = await stories.changed('grantRole', { ...grant, role, roleEtag }, admin);
        expect(refused).toEqual({ roleAssignment: null, userErrors: stale('roleEtag') });
      }
      const rename = { role: { id: roleId }, description: 'as reviewed' };
      const kept = await stories.changed('updateRole', { ...rename, etag: roleEtag }, admin);
      expect(kept).toEqual({ role: null, userErrors: stale('etag') });
      const { etag } = await stories.role(name('first'), admin);
      const { role } = await stories.changed('updateRole', { ...rename, etag }, admin);
      const granted = await stories.changed(
        'grantRole',
        { ...grant, role: { id: roleId }, roleEtag: role.etag },
        admin,
      );
      expect(granted).toMatchObject({ roleAssignment: { role: name('first') }, userErrors: [] });
    });

    test('ok: a change of a role that it does not imply leaves its etag as it is', async () => {
      for (const role of ['above', 'reviewed', 'below', 'aside']) await stories.create(role, admin);
      await stories.imply('reviewed', 'below', admin);
      const { etag } = await stories.role('reviewed', admin);
      await stories.imply('above', 'reviewed', admin);
      await stories.imply('aside', 'below', admin);
      expect((await stories.role('reviewed', admin)).etag).toBe(etag);
    });
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
