import { readFileSync } from 'node:fs';
import { gte } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { policyRevisions } from '../../src/identity/overrides/tables.js';
import { newId } from '../../src/platform/ids.js';
import { asIds } from '../harness/ids.js';
import { codeOf, startTestServer, type TestScope, type TestServer } from '../harness/server.js';
import { asking } from './asking.js';

const SYSTEM = { type: 'system' } as const;

let server: TestServer;
let ask: ReturnType<typeof asking>;
let home: TestScope & { type: 'domain' };
let manager: string;
let root: string;
beforeAll(async () => {
  server = await startTestServer();
  ask = asking(server);
  home = { type: 'domain', domainId: await server.domain('home') };
  manager = (await server.token({ scope: home, role: 'manager' })).token;
  root = (await server.token({ scope: SYSTEM, role: 'admin' })).token;
}, 60_000);
afterAll(() => server.close());

const remove = async (id: string, token: string, more: object = {}) =>
  ask.send('deleteUser', 'userId', { user: { id }, etag: await ask.etag('user', id, root), ...more }, token);
const rename = async (id: string, name: string, token: string) =>
  ask.send('updateUser', 'user { name }', { user: { id }, etag: await ask.etag('user', id, root), name }, token);

const CONTACT = 'user { id name displayName email etag }';

describe('what a user is known by', () => {
  const create = (name: string, more: object) =>
    ask.send('createUser', CONTACT, { name, password: 'correct horse battery', ...more }, manager);

  test('ok, audited: a manager sets, changes and clears it; the log says which fields changed, not to what', async () => {
    const { made } = await create('zoe', { displayName: 'Zoë Quist', email: 'zoe@example.org' });
    expect(made.user).toMatchObject({ displayName: 'Zoë Quist', email: 'zoe@example.org' });
    const { id, etag } = made.user;
    const changed = await ask.send('updateUser', CONTACT, { user: { id }, etag, email: 'q@example.org' }, manager);
    expect(changed.made.user).toMatchObject({ name: 'zoe', displayName: 'Zoë Quist', email: 'q@example.org' });
    const [entry] = await ask.entriesOf(changed.requestId);
    expect(entry).toMatchObject({
      action: 'USER_UPDATED',
      details: { name: 'zoe', newName: 'zoe', changed: ['email'] },
    });
    expect(JSON.stringify(entry)).not.toContain('example.org');
    const clear = { user: { id }, etag: changed.made.user.etag, displayName: null, email: '' };
    const { made: cleared } = await ask.send('updateUser', CONTACT, clear, manager);
    expect(cleared.user).toMatchObject({ name: 'zoe', displayName: null, email: null });
  });

  test('ok: two users have the same one, and it names nobody', async () => {
    const same = { displayName: 'The same', email: 'same@example.org' };
    const [one, two] = [await create('one', same), await create('two', same)];
    expect(one.made.user.id).not.toBe(two.made.user.id);
    for (const name of Object.values(same)) {
      const { body } = await server.graphql(
        'query ($name: String) { user(ref: { name: $name }) { id } }',
        { name },
        manager,
      );
      expect(body.data.user).toBeNull();
    }
  });

  test.each([
    'zoe',
    'zoe@',
    '@example.org',
    'z e@example.org',
    'a@b@c',
    'zoe@exam\u200bple.org',
    `${'z'.repeat(250)}@x.org`,
  ])('invalid: the e-mail address %j', async (email) => {
    expect((await create('invalid', { email })).errors).toEqual([expect.stringMatching(/^INVALID email: An e-mail/)]);
  });

  test('invalid: a display name that hides something, or is too long', async () => {
    for (const displayName of ['Zo\u202eeZ', ' ', 'z'.repeat(256)])
      expect((await create('invalid', { displayName })).errors).toEqual([
        expect.stringMatching(/^INVALID displayName:/),
      ]);
  });

  test('forbidden: a user does not change its own', async () => {
    const { token, userId } = await server.token({ scope: home, role: 'member' });
    const input = { user: { id: userId }, etag: await ask.etag('user', userId, root), displayName: 'Me' };
    expect((await ask.send('updateUser', CONTACT, input, token)).code).toBe('FORBIDDEN');
  });
});

describe('a manager of the domain', () => {
  test('ok: makes users, renames and deletes them', async () => {
    const { made } = await ask.send(
      'createUser',
      'user { id }',
      { name: 'ann', password: 'correct horse battery' },
      manager,
    );
    expect((await rename(made.user.id, 'anna', manager)).made.user).toEqual({ name: 'anna' });
    const gone = await remove(made.user.id, manager);
    expect(gone.made.userId).toBe(made.user.id);
    expect(
      codeOf(await server.graphql('query ($id: ID!) { user(ref: { id: $id }) { id } }', { id: made.user.id }, manager)),
    ).toBe('NOT_FOUND');
  });

  test('ok: with a user go its tokens, roles and memberships, which the audit log counts', async () => {
    const member = await server.token({ scope: home, role: 'member' });
    await ask.group(home.domainId, undefined, [member.userId]);
    const { requestId } = await remove(member.userId, manager);
    expect(codeOf(await server.graphql('{ viewer { kind } }', {}, member.token))).toBe('UNAUTHENTICATED');
    const removed = { tokens: 1, roleAssignments: 1, memberships: 1, apiCredentials: 0 };
    expect(await ask.entriesOf(requestId)).toMatchObject([{ action: 'USER_DELETED', details: { removed } }]);
  });

  test('conflict: a name that is taken; stale: a user that changed since it was read', async () => {
    const id = await server.user(home.domainId);
    const taken = await server.user(home.domainId, 'taken');
    expect((await rename(id, 'taken', manager)).errors).toEqual([expect.stringMatching(/^ALREADY_EXISTS name:/)]);
    const etag = await ask.etag('user', taken, root);
    await rename(taken, 'free', manager);
    const { errors } = await ask.send('deleteUser', 'userId', { user: { id: taken }, etag }, manager);
    expect(errors).toEqual([expect.stringMatching(/^STALE_ETAG etag:/)]);
  });

  test('hidden: a user of another domain is answered like one that does not exist', async () => {
    const foreign = await server.user(await server.domain());
    const aim = (id: string) => ask.send('deleteUser', 'userId', { user: { id }, etag: '' }, manager);
    const hidden = await aim(foreign);
    expect(hidden.code).toBe('NOT_FOUND');
    expect((await aim(newId('User'))).comparable).toBe(hidden.comparable);
  });

  test('forbidden: itself, where it lives in another domain', async () => {
    const away = { type: 'domain', domainId: await server.domain() } as const;
    const { token, userId } = await server.token({ scope: away, role: 'admin', homeDomainId: home.domainId });
    const input = { user: { id: userId }, etag: await ask.etag('user', userId, root), name: 'me' };
    expect((await ask.send('updateUser', 'user { id }', input, token)).code).toBe('FORBIDDEN');
  });
});

describe('a user that holds more than who changes it', () => {
  /** Users of the domain whom its manager may read and not change. */
  const stronger: Readonly<Record<string, () => Promise<string>>> = {
    'an administrator of the domain': async () => (await server.token({ scope: home, role: 'admin' })).userId,
    'a reader of the system': async () => {
      const id = await server.user(home.domainId);
      await server.assign(id, 'reader', SYSTEM);
      return id;
    },
    'a reader of a project elsewhere': async () => {
      const id = await server.user(home.domainId);
      await server.assign(id, 'reader', await server.project(await server.domain()));
      return id;
    },
    'a member of a group that holds a role elsewhere': async () => {
      const id = await server.user(home.domainId);
      const elsewhere = await server.domain();
      await ask.group(elsewhere, { role: 'reader', on: { type: 'domain', domainId: elsewhere } }, [id]);
      return id;
    },
  };

  test.each(Object.keys(stronger))('refused and audited: %s', async (who) => {
    const id = (await stronger[who]?.()) ?? '';
    for (const attempt of [await remove(id, manager), await rename(id, 'mine', manager)]) {
      expect([attempt.code, attempt.errors]).toEqual(['FORBIDDEN', []]);
      expect(await ask.entriesOf(attempt.requestId)).toMatchObject([{ outcome: 'DENIED', policy: 'assignment:grant' }]);
    }
    expect((await remove(id, root)).made.userId).toBe(id);
  });

  test('refused: a user and a group that rows of some domain keep', async () => {
    const { services } = server;
    const { references } = services;
    const keepsAs = ['revision', 'revisions'] as const;
    const keeping = (['User', 'Group'] as const).map((to) => ({ to, column: policyRevisions.userId, keepsAs }));
    const user = await server.user(home.domainId);
    const group = await ask.group(home.domainId);
    const at = services.clock.now();
    const made = { isCandidate: true, enforceNewDefaults: true, createdAt: at, endedAt: at };
    const rows = [user, user, group].map((userId, index) => ({ ...made, number: 1000 + index, userId }));
    await services.db.insert(policyRevisions).values(asIds(rows));
    Object.assign(services, { references: [...references, ...keeping] });
    try {
      expect((await remove(user, manager)).errors).toEqual(['IN_USE user: The user is still used by 2 revisions.']);
      const etag = await ask.etag('group', group, manager);
      const { errors } = await ask.send('deleteGroup', 'groupId', { group: { id: group }, etag }, manager);
      expect(errors).toEqual(['IN_USE group: The group is still used by 1 revision.']);
    } finally {
      Object.assign(services, { references });
      await services.db.delete(policyRevisions).where(gte(policyRevisions.number, 1000));
    }
    expect((await remove(user, manager)).made.userId).toBe(user);
  });

  test('ok: an administrator of the domain deletes a manager of it', async () => {
    const { token } = await server.token({ scope: home, role: 'admin' });
    const { userId } = await server.token({ scope: home, role: 'manager' });
    expect((await remove(userId, token)).made.userId).toBe(userId);
  });
});

test('refused: the last administrator of the system goes only when it is forced, with a reason', async () => {
  const other = await startTestServer();
  try {
    const { send, etag, entriesOf } = asking(other);
    const password = readFileSync(other.adminPasswordPath, 'utf8').trim();
    const logIn = await other.graphql(
      `mutation ($password: String!) { issueToken(input: {
        proof: { password: { user: "admin", password: $password, newPassword: "a password of one’s own" } }, scope: { system: true } }) { token } }`,
      { password },
    );
    const { token } = logIn.body.data.issueToken;
    const user = { inDomain: { name: 'admin', domain: 'default' } };
    const { id } = (await other.graphql('{ viewer { user { id } } }', {}, token)).body.data.viewer.user;
    const input = { user, etag: await etag('user', id, token) };
    for (const more of [{}, { isForced: true }, { reason: 'because' }]) {
      const { errors } = await send('deleteUser', 'userId', { ...input, ...more }, token);
      expect(errors).toEqual([expect.stringMatching(/^IN_USE reason:/)]);
    }
    const forced = await send('deleteUser', 'userId', { ...input, isForced: true, reason: 'moving out' }, token);
    expect(forced.made.userId).toBe(id);
    expect(await entriesOf(forced.requestId)).toMatchObject([{ details: { reason: 'moving out' } }]);
  } finally {
    await other.close();
  }
});
