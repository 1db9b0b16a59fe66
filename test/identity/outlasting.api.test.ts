import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bumpEpoch } from '../../src/authority/index.js';
import { roleAssignments } from '../../src/identity/assignments/tables.js';
import { groupMembers } from '../../src/identity/groups/tables.js';
import { users } from '../../src/identity/users/tables.js';
import { etagOf } from '../../src/platform/etag.js';
import { asId } from '../harness/ids.js';
import { codeOf, type Json, type RoleName, startTestServer, type TestServer } from '../harness/server.js';
import { roleStories } from './role-stories.js';

const START = Date.parse('2030-01-01T00:00:00Z');
const minutes = (count: number) => new Date(START + count * 60_000);
const END = minutes(60);

let server: TestServer;
let stories: ReturnType<typeof roleStories>;
let domainId: string;
beforeAll(async () => {
  server = await startTestServer({ clock: { now: () => minutes(0) } });
  stories = roleStories(server);
}, 60_000);
afterAll(() => server.close());
beforeEach(async () => {
  domainId = await server.domain();
});

/** Somebody who administers the domain for an hour, and may hold another role there without end. */
async function guest(lasting?: RoleName) {
  const scope = { type: 'domain', domainId } as const;
  const bearer = await server.token({ scope, role: 'admin', expiresAt: minutes(1440) });
  await server.services.db
    .update(roleAssignments)
    .set({ expiresAt: END })
    .where(eq(roleAssignments.userId, asId(bearer.userId)));
  if (lasting) await server.assign(bearer.userId, lasting, scope);
  return bearer;
}

const CHANGES = {
  addGroupMember: 'mutation ($input: AddGroupMemberInput!) { result: addGroupMember(input: $input) { group { id } } }',
  removeGroupMember:
    'mutation ($input: RemoveGroupMemberInput!) { result: removeGroupMember(input: $input) { group { id } } }',
  setUserPassword:
    'mutation ($input: SetUserPasswordInput!) { result: setUserPassword(input: $input) { user { id } } }',
  enableUser: 'mutation ($input: EnableUserInput!) { result: enableUser(input: $input) { user { id } } }',
  disableUser: 'mutation ($input: DisableUserInput!) { result: disableUser(input: $input) { user { id } } }',
  revokeTokens: 'mutation ($input: RevokeTokensInput!) { result: revokeTokens(input: $input) { revokedCount } }',
  deleteUser: 'mutation ($input: DeleteUserInput!) { result: deleteUser(input: $input) { userId } }',
  deleteApiCredential: `mutation ($input: DeleteApiCredentialInput!) {
    result: deleteApiCredential(input: $input) { apiCredentialId } }`,
};
const change = (name: keyof typeof CHANGES, input: object, token: string) =>
  server.graphql(CHANGES[name], { input }, token);
const give = (token: string, more: object) =>
  stories.change('grantRole', { role: { name: 'manager' }, scope: { domain: { id: domainId } }, ...more }, token);
const refusal = ({ body }: { body: Json }) => body.errors?.[0];

describe('nothing that is given outlasts its giver’s right', () => {
  test('forbidden: a role without an end, or with a later one, whoever gets it; the answer tells the end', async () => {
    const { token, userId } = await guest();
    const another = await server.user(domainId);
    const group = await server.group(domainId, 'friends', userId);
    for (const holder of [{ user: { id: userId } }, { user: { id: another } }, { group: { id: group } }]) {
      for (const expiresAt of [null, minutes(61)]) {
        const refused = refusal(await give(token, { ...holder, expiresAt }));
        expect(refused.message).toContain(END.toISOString());
        expect(refused.extensions).toMatchObject({
          code: 'FORBIDDEN',
          reason: 'OUTLASTS_GIVER',
          until: END.toISOString(),
        });
      }
    }
    expect(await stories.denialsOf(userId)).not.toEqual([]);
  });

  test('ok: up to its end, and what is begun before it', async () => {
    const { token } = await guest();
    for (const times of [{ expiresAt: END }, { notBefore: minutes(30), expiresAt: minutes(40) }]) {
      const user = { id: await server.user(domainId) };
      const { body } = await give(token, { user, ...times });
      expect(body.data.grantRole).toMatchObject({ roleAssignment: { role: 'manager' }, userErrors: [] });
    }
  });

  test('ok: without an end what one may give without end', async () => {
    const { token } = await guest('manager');
    const user = { id: await server.user(domainId) };
    expect((await give(token, { user })).body.data.grantRole.roleAssignment).toMatchObject({ expiresAt: null });
    // To give `admin` it takes what ends.
    expect(codeOf(await give(token, { user, role: { name: 'admin' } }))).toBe('FORBIDDEN');
    // What is held alone does not help where giving is what ends.
    const reading = await guest('reader');
    expect(codeOf(await give(reading.token, { user, role: { name: 'reader' } }))).toBe('FORBIDDEN');
  });

  test('forbidden: by a group that holds without an end; ok: by one whose rights end as early', async () => {
    const { token, userId } = await guest();
    const [lasting, ending] = [await server.group(domainId, 'lasting'), await server.group(domainId, 'ending')];
    const roleId = await server.roleId('reader');
    await server.give({ groupId: lasting, roleId, domainId });
    await server.give({ groupId: ending, roleId, domainId, expiresAt: END });
    const join = (id: string) => change('addGroupMember', { group: { id }, user: { id: userId } }, token);
    expect(refusal(await join(lasting)).extensions).toMatchObject({ code: 'FORBIDDEN', reason: 'OUTLASTS_GIVER' });
    expect((await join(ending)).body.data.result.group.id).toBe(ending);
    const members = await server.services.db
      .select()
      .from(groupMembers)
      .where(eq(groupMembers.groupId, asId(lasting)));
    expect(members).toEqual([]);
  });

  test('forbidden: by the password of who holds without an end, and by letting such a user in again', async () => {
    const { token } = await guest();
    const user = { id: await server.user(domainId) };
    await server.assign(user.id, 'reader', { type: 'domain', domainId });
    const set = await change('setUserPassword', { user, password: 'correct horse battery' }, token);
    expect(refusal(set).extensions).toMatchObject({ code: 'FORBIDDEN', reason: 'OUTLASTS_GIVER' });
    await server.services.db
      .update(users)
      .set({ isEnabled: false })
      .where(eq(users.id, asId(user.id)));
    expect(refusal(await change('enableUser', { user }, token)).extensions.reason).toBe('OUTLASTS_GIVER');
    const nobody = { id: await server.user(domainId) };
    const fresh = await change('setUserPassword', { user: nobody, password: 'correct horse battery' }, token);
    expect(fresh.body.data.result.user.id).toBe(nobody.id);
  });

  test('forbidden: by letting a role imply another, which has no end', async () => {
    const { token, userId } = await guest();
    const lasting = await stories.as({ type: 'domain', domainId }, 'admin');
    const role = await stories.create('carrier', lasting);
    const implied = await server.roleId('reader');
    const input = { role: { id: role.id }, impliedRole: { id: implied }, etag: role.etag };
    expect(refusal(await stories.change('addImpliedRole', input, token)).extensions).toMatchObject({
      code: 'FORBIDDEN',
      reason: 'OUTLASTS_GIVER',
    });
    expect(await stories.denialsOf(userId)).toHaveLength(1);
    expect((await stories.changed('addImpliedRole', input, lasting)).role.implies).toContain('reader');
  });

  test('ok: what is taken away stays away', async () => {
    const { token } = await guest();
    const user = { id: await server.user(domainId) };
    const roleAssignmentId = await server.give({ userId: user.id, roleId: await server.roleId('reader'), domainId });
    const group = await server.group(domainId, 'left', user.id);
    await server.give({ groupId: group, roleId: await server.roleId('reader'), domainId });
    const left = await change('removeGroupMember', { group: { id: group }, user }, token);
    expect(left.body.data.result.group.id).toBe(group);
    expect((await stories.changed('revokeRole', { roleAssignmentId }, token)).roleAssignmentId).toBe(roleAssignmentId);
    expect((await change('disableUser', { user }, token)).body.data.result.user.id).toBe(user.id);
  });

  test('ok: somebody who holds without an end is kept out, and its sessions and API credentials end', async () => {
    const { token } = await guest();
    const scope = { type: 'domain', domainId } as const;
    const { userId: id } = await server.token({ scope, role: 'admin' });
    const apiCredentialId = await server.credential(id, scope);
    const done = async (name: keyof typeof CHANGES, input: object) =>
      (await change(name, input, token)).body.data?.result;
    expect(await done('deleteApiCredential', { apiCredentialId })).toEqual({ apiCredentialId });
    expect(await done('revokeTokens', { user: { id } })).toEqual({ revokedCount: 1 });
    expect(await done('disableUser', { user: { id } })).toEqual({ user: { id } });
    expect(await done('deleteUser', { user: { id }, etag: etagOf({ id, version: 2 }) })).toEqual({ userId: id });
  });

  test('forbidden: by a right without an end that has not begun; ok: once it began', async () => {
    const { token, userId } = await guest();
    const roleId = await server.roleId('admin');
    const groupId = await server.group(domainId, 'later', userId);
    const id = await server.give({ groupId, roleId, domainId });
    const notBefore = async (time: Date) => {
      await server.services.db
        .update(roleAssignments)
        .set({ notBefore: time })
        .where(eq(roleAssignments.id, asId(id)));
      await server.services.db.transaction(bumpEpoch);
    };
    const user = { id: await server.user(domainId) };
    await notBefore(new Date(START + 1));
    expect(refusal(await give(token, { user })).extensions).toMatchObject({ reason: 'OUTLASTS_GIVER' });
    await notBefore(new Date(START));
    expect((await give(token, { user })).body.data.grantRole.userErrors).toEqual([]);
  });
});
