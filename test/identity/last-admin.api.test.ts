import { and, eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bumpEpoch } from '../../src/authority/index.js';
import { DOMAINS } from '../../src/domains.js';
import { roleAssignments } from '../../src/identity/assignments/tables.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { coordinatesOf } from '../contract/left-behind/inputs.js';
import { mutationsOf } from '../contract/personas/doing.js';
import { asId } from '../harness/ids.js';
import { type Bearer, startTestServer, type TestServer } from '../harness/server.js';
import { asking } from './asking.js';

const SYSTEM = { type: 'system' } as const;

let server: TestServer;
let ask: ReturnType<typeof asking>;
let pair: [Bearer, Bearer];
beforeEach(async () => {
  server = await startTestServer();
  ask = asking(server);
  const { db } = server.services;
  await db.delete(roleAssignments).where(eq(roleAssignments.scopeType, 'system'));
  const admin = () => server.token({ scope: SYSTEM, role: 'admin' });
  pair = [await admin(), await admin()];
}, 60_000);
afterEach(() => server.close());

const assignmentOf = async ({ userId }: Bearer) => {
  const isTheirs = and(eq(roleAssignments.userId, asId(userId)), eq(roleAssignments.scopeType, 'system'));
  const [row] = await server.services.db.select().from(roleAssignments).where(isTheirs);
  return row?.id ?? '';
};
const isAdmin = async ({ token }: Bearer) =>
  (await server.graphql('{ viewer { roles } }', {}, token)).body.data?.viewer.roles.includes('admin') ?? false;

describe('the last two administrators of the system', () => {
  test.each(['revoke', 'disable', 'delete'] as const)('refused: each takes the other away at once: %s', async (way) => {
    const inputTo = async (other: Bearer) => {
      const user = { id: other.userId };
      if (way === 'revoke') return { roleAssignmentId: await assignmentOf(other) };
      return way === 'disable' ? { user } : { user, etag: await ask.etag('user', other.userId, other.token) };
    };
    const mutation = { revoke: 'revokeRole', disable: 'disableUser', delete: 'deleteUser' }[way];
    const [one, two] = pair;
    const inputs = [await inputTo(one), await inputTo(two)] as const;
    const told = await Promise.all([
      ask.send(mutation, '__typename', inputs[0], two.token),
      ask.send(mutation, '__typename', inputs[1], one.token),
    ]);
    // The second one is no administrator any more, or nobody at all.
    expect(told.filter(({ code }) => code === undefined)).toHaveLength(1);
    expect([await isAdmin(one), await isAdmin(two)].sort()).toEqual([false, true]);
  });

  test('conflict: one that is disabled, or whose role ends, is no other administrator', async () => {
    const [one, two] = pair;
    const { db } = server.services;
    const leave = async () => {
      const roleAssignmentId = await assignmentOf(one);
      return (await ask.send('revokeRole', '__typename', { roleAssignmentId }, one.token)).errors;
    };
    const isTwos = eq(roleAssignments.userId, asId(two.userId));
    await db
      .update(roleAssignments)
      .set({ expiresAt: new Date('2099-01-01') })
      .where(isTwos);
    await db.transaction(bumpEpoch);
    expect(await leave()).toEqual([expect.stringContaining('IN_USE')]);
    await db.update(roleAssignments).set({ expiresAt: null }).where(isTwos);
    await db.transaction(bumpEpoch);
    const disabled = await ask.send('disableUser', '__typename', { user: { id: two.userId } }, one.token);
    expect([disabled.errors, await leave()]).toEqual([[], [expect.stringContaining('IN_USE')]]);
    expect(await isAdmin(one)).toBe(true);
    await ask.send('enableUser', '__typename', { user: { id: two.userId } }, one.token);
    expect(await leave()).toEqual([]);
  });
});

describe('an administrator whose role has a beginning', () => {
  test.each([
    ['conflict: one whose role has not begun is no other administrator', new Date('2099-01-01'), true],
    ['ok: one whose role began in the past is', new Date('2020-01-01'), false],
  ])('%s', async (_name, notBefore, isRefused) => {
    const [one, two] = pair;
    const { db } = server.services;
    await db
      .update(roleAssignments)
      .set({ notBefore })
      .where(eq(roleAssignments.userId, asId(two.userId)));
    await db.transaction(bumpEpoch);
    const roleAssignmentId = await assignmentOf(one);
    const { errors } = await ask.send('revokeRole', '__typename', { roleAssignmentId }, one.token);
    expect(errors).toEqual(isRefused ? [expect.stringContaining('IN_USE')] : []);
  });
});

describe('the last group that administers the system', () => {
  /** Somebody who administers the system as a member of a group, and by nothing else. */
  async function throughGroup() {
    const { db } = server.services;
    const [one] = pair;
    const groupId = await ask.group(await server.domain(), { role: 'admin', on: SYSTEM }, [one.userId]);
    for (const { userId } of pair) await db.delete(roleAssignments).where(eq(roleAssignments.userId, asId(userId)));
    await db.transaction(bumpEpoch);
    expect(await isAdmin(one)).toBe(true);
    return { groupId, token: one.token };
  }

  test('conflict: it is not deleted; ok: with a reason, by force', async () => {
    const { groupId, token } = await throughGroup();
    const input = { group: { id: groupId }, etag: await ask.etag('group', groupId, token) };
    const remove = async (more = {}) => (await ask.send('deleteGroup', 'groupId', { ...input, ...more }, token)).errors;
    expect(await remove()).toEqual([expect.stringContaining('IN_USE reason')]);
    expect(await isAdmin(pair[0])).toBe(true);
    expect(await remove({ isForced: true })).toEqual([expect.stringContaining('IN_USE reason')]);
    expect(await remove({ isForced: true, reason: 'moving house' })).toEqual([]);
    expect(await isAdmin(pair[0])).toBe(false);
  });

  test('conflict: its last member is not taken out, nor is one that is left disabled', async () => {
    const { groupId, token } = await throughGroup();
    const input = { group: { id: groupId }, user: { id: pair[0].userId } };
    const leave = async () => (await ask.send('removeGroupMember', '__typename', input, token)).errors;
    expect(await leave()).toEqual([expect.stringContaining('IN_USE')]);
    const two = { id: pair[1].userId };
    await ask.send('addGroupMember', '__typename', { ...input, user: two }, token);
    await ask.send('disableUser', '__typename', { user: two }, token);
    expect(await leave()).toEqual([expect.stringContaining('IN_USE')]);
    await ask.send('enableUser', '__typename', { user: two }, token);
    expect(await leave()).toEqual([]);
  });

  test('conflict: its role is not taken from it', async () => {
    const { groupId, token } = await throughGroup();
    const isIts = eq(roleAssignments.groupId, groupId);
    const [held] = await server.services.db.select().from(roleAssignments).where(isIts);
    const input = { roleAssignmentId: held?.id };
    const { errors } = await ask.send('revokeRole', '__typename', input, token);
    expect(errors).toEqual([expect.stringContaining('IN_USE reason')]);
    expect(await isAdmin(pair[0])).toBe(true);
  });

  test('ok: it is deleted while another group administers the system', async () => {
    const { groupId, token } = await throughGroup();
    await ask.group(await server.domain(), { role: 'admin', on: SYSTEM }, [pair[1].userId]);
    const input = { group: { id: groupId }, etag: await ask.etag('group', groupId, token) };
    expect((await ask.send('deleteGroup', 'groupId', input, token)).errors).toEqual([]);
  });
});

describe('whoever leaves the system without an administrator', () => {
  /** The last administrator, by its own role and as the only member of a group that has another. */
  const LAST: Readonly<Record<string, (one: Bearer) => Promise<object>>> = {
    revokeRole: async (one) => ({ roleAssignmentId: await assignmentOf(one) }),
    disableUser: async ({ userId: id }) => ({ user: { id } }),
    deleteUser: async ({ userId: id, token }) => ({ user: { id }, etag: await ask.etag('user', id, token) }),
    deleteGroup: async (one) => {
      const id = await onlyThroughGroup(one);
      return { group: { id }, etag: await ask.etag('group', id, one.token) };
    },
    removeGroupMember: async (one) => ({ group: { id: await onlyThroughGroup(one) }, user: { id: one.userId } }),
  };

  async function onlyThroughGroup({ userId }: Bearer): Promise<string> {
    const id = await ask.group(await server.domain(), { role: 'admin', on: SYSTEM }, [userId]);
    await server.services.db.delete(roleAssignments).where(eq(roleAssignments.userId, asId(userId)));
    await server.services.db.transaction(bumpEpoch);
    return id;
  }

  test('ok: every mutation that can be forced is tried', () => {
    const all = mutationsOf(buildSchema(DOMAINS));
    const forced = all.filter((field) => coordinatesOf(field).some((one) => one.endsWith('.isForced')));
    expect(forced.map(({ name }) => name).sort()).toEqual(Object.keys(LAST).sort());
  });

  test.each(Object.entries(LAST))(
    'conflict: %s needs both force and a reason, not one of them',
    async (name, inputOf) => {
      const [one, two] = pair;
      await server.services.db.delete(roleAssignments).where(eq(roleAssignments.userId, asId(two.userId)));
      const input = await inputOf(one);
      const tried = async (more: object) =>
        (await ask.send(name, '__typename', { ...input, ...more }, one.token)).errors;
      for (const more of [{}, { reason: 'moving house' }, { isForced: false, reason: 'moving house' }])
        expect(await tried(more), JSON.stringify(more)).toEqual([expect.stringMatching(/^IN_USE reason:/)]);
      expect(await tried({ isForced: true })).toEqual([expect.stringMatching(/^(IN_USE|INVALID) reason:/)]);
      expect(await isAdmin(one)).toBe(true);
      const forced = await ask.send(
        name,
        '__typename',
        { ...input, isForced: true, reason: 'moving house' },
        one.token,
      );
      expect([forced.code, forced.errors]).toEqual([undefined, []]);
      expect(await ask.entriesOf(forced.requestId)).toMatchObject([{ details: { reason: 'moving house' } }]);
    },
  );
});
