import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { roleAssignments } from '../../src/identity/assignments/tables.js';
import { newId } from '../../src/platform/ids.js';
import { asId } from '../harness/ids.js';
import { type RoleName, startTestServer, type TestScope, type TestServer } from '../harness/server.js';
import { asking, type Told } from './asking.js';

const SYSTEM = { type: 'system' } as const;

let server: TestServer;
let ask: ReturnType<typeof asking>;
let home: TestScope & { type: 'domain' };
let away: TestScope & { type: 'domain' };
beforeAll(async () => {
  server = await startTestServer();
  ask = asking(server);
  home = { type: 'domain', domainId: await server.domain('home') };
  away = { type: 'domain', domainId: await server.domain('away') };
}, 60_000);
afterAll(() => server.close());

const as = (role: RoleName, scope: TestScope = home) => server.token({ scope, role });
const group = (role: RoleName, on: TestScope) => ask.group(home.domainId, { role, on });
const add = (groupId: string, userId: string, token: string) =>
  ask.send('addGroupMember', 'user { id }', { group: { id: groupId }, user: { id: userId } }, token);

/** Denied, in the audit log, and nobody holds more or less than before. */
async function expectRefused(told: Told, policy = 'assignment:grant') {
  expect([told.code, told.errors]).toEqual(['FORBIDDEN', []]);
  expect(await ask.entriesOf(told.requestId)).toMatchObject([{ outcome: 'DENIED', policy }]);
}

async function rolesOn(userId: string, scope: TestScope): Promise<string[]> {
  const { token } = await server.token({ scope, userId });
  return (await server.graphql('{ viewer { roles } }', {}, token)).body.data.viewer.roles;
}

describe('refused and audited: joining what holds more', () => {
  test('oneself to one’s own group that holds a system role', async () => {
    const chief = await as('admin');
    const strong = await group('reader', SYSTEM);
    await expectRefused(await add(strong, chief.userId, chief.token));
    expect(await rolesOn(chief.userId, SYSTEM)).toEqual([]);
  });

  test('a manager adds somebody to a group that holds admin on the domain', async () => {
    const manager = await as('manager');
    const strong = await group('admin', home);
    const friend = await server.user(home.domainId);
    await expectRefused(await add(strong, friend, manager.token));
    await expectRefused(await add(strong, manager.userId, manager.token));
    expect(await rolesOn(friend, home)).toEqual([]);
  });

  test('a domain’s administrator adds somebody to its group that holds a role in another domain', async () => {
    const chief = await as('admin');
    const friend = await server.user(home.domainId);
    for (const on of [away, await server.project(away.domainId)]) {
      await expectRefused(await add(await group('reader', on), friend, chief.token));
      expect(await rolesOn(friend, on)).toEqual([]);
    }
  });

  test('a manager of the system, who gives nothing, adds to any group', async () => {
    const manager = await as('manager', SYSTEM);
    const strong = await group('reader', home);
    await expectRefused(await add(strong, manager.userId, manager.token), 'group:add_member');
  });

  test('by a token that was narrowed: it gives no more than it kept', async () => {
    const chief = await as('admin');
    const { body } = await server.graphql(
      'mutation ($input: IssueTokenInput!) { issueToken(input: $input) { token } }',
      {
        input: {
          proof: { token: chief.token },
          scope: { domain: { id: home.domainId } },
          roles: ['manager', 'reader'],
        },
      },
    );
    const narrowed: string = body.data.issueToken.token;
    const strong = await group('admin', home);
    const friend = await server.user(home.domainId);
    await expectRefused(await add(strong, friend, narrowed));
    expect((await add(strong, friend, chief.token)).made.user.id).toBe(friend);
  });
});

describe('refused and audited: changing a group that holds more', () => {
  test('its name, its members and itself: whoever manages its domain', async () => {
    const chief = await as('admin');
    const member = await server.user(home.domainId);
    const strong = await ask.group(home.domainId, { role: 'admin', on: SYSTEM }, [member]);
    const at = { group: { id: strong }, etag: await ask.etag('group', strong, chief.token) };
    await expectRefused(await ask.send('updateGroup', 'group { id }', { ...at, name: 'decoy' }, chief.token));
    await expectRefused(await ask.send('deleteGroup', 'groupId', at, chief.token));
    const leaving = { group: { id: strong }, user: { id: member } };
    await expectRefused(await ask.send('removeGroupMember', 'user { id }', leaving, chief.token));
    expect(await rolesOn(member, SYSTEM)).toContain('admin');
  });

  test('a group whose role is over: it could be given anew', async () => {
    const manager = await as('manager');
    const strong = await group('admin', home);
    const past = { notBefore: new Date(0), expiresAt: new Date(1) };
    await server.services.db.update(roleAssignments).set(past).where(eq(roleAssignments.groupId, strong));
    await expectRefused(await add(strong, manager.userId, manager.token));
  });
});

describe('a member from another domain', () => {
  test('ok: who manages a domain and lives elsewhere joins its group, and holds what it could have given', async () => {
    const guest = await server.token({ scope: home, role: 'manager', homeDomainId: away.domainId });
    const weak = await group('member', home);
    expect((await add(weak, guest.userId, guest.token)).made.user.id).toBe(guest.userId);
  });

  test('refused and audited: the manager of where it lives takes it over by deleting and renaming no more', async () => {
    const guest = await server.user(away.domainId);
    await ask.group(home.domainId, { role: 'member', on: home }, [guest]);
    const landlord = await as('admin', away);
    const at = { user: { id: guest }, etag: await ask.etag('user', guest, landlord.token) };
    await expectRefused(await ask.send('updateUser', 'user { id }', { ...at, name: 'other' }, landlord.token));
    await expectRefused(await ask.send('deleteUser', 'userId', at, landlord.token));
    expect(await rolesOn(guest, home)).toEqual(['member', 'reader']);
  });
});

describe('a member that the group’s own administrators cannot read', () => {
  const leave = (groupId: string, user: object, token: string) =>
    ask.send('removeGroupMember', 'user { id } group { id }', { group: { id: groupId }, user }, token);

  test('ok: leaves, when the role by which it came to join was taken away', async () => {
    const guest = await server.token({ scope: home, role: 'manager', homeDomainId: away.domainId });
    const weak = await group('member', home);
    const joined = await add(weak, guest.userId, guest.token);
    await server.services.db.delete(roleAssignments).where(eq(roleAssignments.userId, asId(guest.userId)));
    expect(await rolesOn(guest.userId, home)).toEqual(['member', 'reader']);

    const chief = await as('admin');
    expect((await ask.entriesOf(joined.requestId))[0]).toMatchObject({ details: { userId: guest.userId } });
    const left = await leave(weak, { id: guest.userId }, chief.token);
    expect([left.code, left.made]).toEqual([undefined, { user: null, group: { id: weak } }]);
    expect(await rolesOn(guest.userId, home)).toEqual([]);
  });

  test('hidden: a user elsewhere that is no member is answered like one that does not exist', async () => {
    const chief = await as('admin');
    const weak = await group('member', home);
    const stranger = await leave(weak, { id: await server.user(away.domainId) }, chief.token);
    const nobody = await leave(weak, { id: newId('User') }, chief.token);
    expect([stranger.code, stranger.comparable]).toEqual(['NOT_FOUND', nobody.comparable]);
  });
});

describe('an administrator of the system', () => {
  test('ok: adds to a group that holds a system role, and takes out again', async () => {
    const root = await as('admin', SYSTEM);
    const strong = await group('admin', SYSTEM);
    const deputy = await server.user(home.domainId);
    expect((await add(strong, deputy, root.token)).made.user.id).toBe(deputy);
    expect(await rolesOn(deputy, SYSTEM)).toContain('admin');
    const leaving = { group: { id: strong }, user: { id: deputy } };
    expect((await ask.send('removeGroupMember', 'user { id }', leaving, root.token)).made.user.id).toBe(deputy);
    expect(await rolesOn(deputy, SYSTEM)).toEqual([]);
  });
});
