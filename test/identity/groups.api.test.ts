import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/platform/ids.js';
import { codeOf, startTestServer, type TestScope, type TestServer } from '../harness/server.js';
import { asking } from './asking.js';

const SYSTEM = { type: 'system' } as const;
const ROLES = '{ viewer { roles } }';
const MEMBERS = `query ($id: ID!, $first: Int, $after: String) { group(ref: { id: $id }) {
  members(first: $first, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } } }`;

let server: TestServer;
let ask: ReturnType<typeof asking>;
let home: TestScope & { type: 'domain' };
let manager: string;
beforeAll(async () => {
  server = await startTestServer();
  ask = asking(server);
  home = { type: 'domain', domainId: await server.domain('home') };
  manager = (await server.token({ scope: home, role: 'manager' })).token;
}, 60_000);
afterAll(() => server.close());

const add = (group: string, user: string, token = manager) =>
  ask.send('addGroupMember', 'group { id } user { id }', { group: { id: group }, user: { id: user } }, token);
const leave = (group: string, user: string, token = manager) =>
  ask.send('removeGroupMember', 'group { id } user { id }', { group: { id: group }, user: { id: user } }, token);

describe('membership', () => {
  test('ok: who joins holds what the group holds, at once, and no longer once it left', async () => {
    const project = await server.project(home.domainId);
    const group = await ask.group(home.domainId, { role: 'member', on: project });
    const { token, userId } = await server.token({ scope: project, homeDomainId: home.domainId });
    const roles = async () => (await server.graphql(ROLES, {}, token)).body.data.viewer.roles;
    expect(await roles()).toEqual([]);
    const joined = await add(group, userId);
    expect(joined.made).toEqual({ group: { id: group }, user: { id: userId } });
    expect(await roles()).toEqual(['member', 'reader']);
    const left = await leave(group, userId);
    expect(left.made.user).toEqual({ id: userId });
    expect(await roles()).toEqual([]);
    const entries = [...(await ask.entriesOf(joined.requestId)), ...(await ask.entriesOf(left.requestId))];
    expect(entries).toMatchObject([
      { action: 'GROUP_MEMBER_ADDED', details: { userId } },
      { action: 'GROUP_MEMBER_REMOVED', details: { userId } },
    ]);
  });

  test('ok: who is in one group joins another, and is still in it after it left the first', async () => {
    const user = await server.user(home.domainId);
    const [first, second] = [await ask.group(home.domainId), await ask.group(home.domainId)];
    expect((await add(first, user)).errors).toEqual([]);
    expect((await add(second, user)).errors).toEqual([]);
    expect((await leave(first, user)).errors).toEqual([]);
    const membersOf = async (id: string) =>
      (await server.graphql(MEMBERS, { id }, manager)).body.data.group.members.nodes;
    expect([await membersOf(first), await membersOf(second)]).toEqual([[], [{ id: user }]]);
  });

  test('conflict: a member joins again; hidden: who is no member leaves', async () => {
    const user = await server.user(home.domainId);
    const group = await ask.group(home.domainId, undefined, [user]);
    expect((await add(group, user)).errors).toEqual(['ALREADY_EXISTS user: The user is already a member.']);
    await leave(group, user);
    expect((await leave(group, user)).code).toBe('NOT_FOUND');
  });

  test('ok: members come in pages, and a user tells its groups', async () => {
    const users = [
      await server.user(home.domainId),
      await server.user(home.domainId),
      await server.user(home.domainId),
    ];
    const group = await ask.group(home.domainId, undefined, users);
    const page = async (variables: object) =>
      (await server.graphql(MEMBERS, { id: group, first: 2, ...variables }, manager)).body.data.group.members;
    const first = await page({});
    expect(first.nodes.map(({ id }: { id: string }) => id)).toEqual(users.slice(0, 2));
    const second = await page({ after: first.pageInfo.endCursor });
    expect([second.nodes, second.pageInfo.hasNextPage]).toEqual([[{ id: users[2] }], false]);
    const query = 'query ($id: ID!) { user(ref: { id: $id }) { groups { nodes { id } } } }';
    const { user } = (await server.graphql(query, { id: users[0] }, manager)).body.data;
    expect(user.groups.nodes).toEqual([{ id: group }]);
  });

  test('ok: the groups of a user come in pages', async () => {
    const user = await server.user(home.domainId);
    const groups = [];
    for (let n = 0; n < 3; n += 1) groups.push(await ask.group(home.domainId, undefined, [user]));
    const query = `query ($id: ID!, $after: String) { user(ref: { id: $id }) {
      groups(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } } }`;
    const page = async (after?: string) =>
      (await server.graphql(query, { id: user, after }, manager)).body.data.user.groups;
    const first = await page();
    const second = await page(first.pageInfo.endCursor);
    expect([...first.nodes, ...second.nodes].map(({ id }: { id: string }) => id)).toEqual(groups);
    expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
  });

  test('hidden: a member of another domain is not told to who may not read it', async () => {
    const foreign = await server.user(await server.domain());
    const own = await server.user(home.domainId);
    const group = await ask.group(home.domainId, undefined, [foreign, own]);
    const { members } = (await server.graphql(MEMBERS, { id: group }, manager)).body.data.group;
    expect(members.nodes).toEqual([{ id: own }]);
    const auditor = await server.token({ scope: SYSTEM, role: 'reader' });
    const seen = (await server.graphql(MEMBERS, { id: group }, auditor.token)).body.data.group.members.nodes;
    expect(seen).toHaveLength(2);
  });

  test('limit: a group has at most 10,000 members', async () => {
    const { db } = server.services;
    const group = await ask.group(home.domainId);
    const crowd = await server.domain();
    await db.execute(sql`insert into users (id, domain_id, name, password_hash, is_enabled, created_at)
      select 'usr_many-' || n, ${crowd}, 'u' || n, '', true, now() from generate_series(1, 10000) n`);
    await db.execute(sql`insert into group_members (group_id, user_id, created_at)
      select ${group}, id, now() from users where domain_id = ${crowd}`);
    const { errors } = await add(group, await server.user(home.domainId));
    expect(errors).toEqual(['LIMIT_REACHED group: A group has at most 10000 members.']);
  });
});

describe('groups', () => {
  const create = (input: object, token = manager) =>
    ask.send('createGroup', 'group { id name description etag domain { id } }', input, token);

  test('ok: made in the domain of the token, found by name, changed and deleted with what hangs on it', async () => {
    const { made } = await create({ name: 'ops', description: 'on call' });
    expect(made.group).toMatchObject({ name: 'ops', description: 'on call', domain: { id: home.domainId } });
    const query = '{ groups(filter: { names: ["ops"] }) { nodes { id } } }';
    expect((await server.graphql(query, {}, manager)).body.data.groups.nodes).toEqual([{ id: made.group.id }]);
    await add(made.group.id, await server.user(home.domainId));
    const ref = { group: { inDomain: { name: 'ops', domain: 'home' } } };
    const input = { ...ref, etag: made.group.etag };
    const clear = { ...input, description: null };
    const changed = await ask.send('updateGroup', 'group { name description etag }', clear, manager);
    expect(changed.made.group).toMatchObject({ name: 'ops', description: null });
    expect((await ask.send('deleteGroup', 'groupId', input, manager)).errors).toEqual([
      expect.stringMatching(/^STALE_ETAG etag:/),
    ]);
    const gone = await ask.send('deleteGroup', 'groupId', { ...ref, etag: changed.made.group.etag }, manager);
    expect(gone.made.groupId).toBe(made.group.id);
    expect(await ask.entriesOf(gone.requestId)).toMatchObject([
      { action: 'GROUP_DELETED', details: { removed: { memberships: 1, roleAssignments: 0 } } },
    ]);
  });

  test('ok: a group that goes takes what its members held by it', async () => {
    const project = await server.project(home.domainId);
    const { token, userId } = await server.token({ scope: project, homeDomainId: home.domainId });
    const id = await ask.group(home.domainId, { role: 'manager', on: project }, [userId]);
    expect((await server.graphql(ROLES, {}, token)).body.data.viewer.roles).toContain('manager');
    await ask.send('deleteGroup', 'groupId', { group: { id }, etag: await ask.etag('group', id, manager) }, manager);
    expect((await server.graphql(ROLES, {}, token)).body.data.viewer.roles).toEqual([]);
  });

  test('replay: the same request id makes one group; conflict: another group of that name', async () => {
    const first = await create({ name: 'once', requestId: 'g-1' });
    expect((await create({ name: 'once', requestId: 'g-1' })).made.group.id).toBe(first.made.group.id);
    expect((await create({ name: 'twice', requestId: 'g-1' })).errors[0]).toMatch(/^REQUEST_ID_REUSED/);
    expect((await create({ name: 'once' })).errors).toEqual(['ALREADY_EXISTS name: A group named once exists.']);
  });

  test('ok: a group that is named with its domain is that one, though another domain has one of that name', async () => {
    const root = await server.token({ scope: SYSTEM, role: 'admin' });
    const domains = ['night', 'day'];
    const made = new Map<string, string>();
    for (const domain of domains) {
      const { token } = await server.token({
        scope: { type: 'domain', domainId: await server.domain(domain) },
        role: 'manager',
      });
      made.set(domain, (await create({ name: 'shift' }, token)).made.group.id);
    }
    const grant = (domain: string) =>
      ask.send(
        'grantRole',
        'roleAssignment { group { id } }',
        {
          group: { inDomain: { name: 'shift', domain } },
          role: { name: 'reader' },
          scope: { domain: { name: 'night' } },
        },
        root.token,
      );
    for (const domain of domains)
      expect((await grant(domain)).made.roleAssignment.group).toEqual({ id: made.get(domain) });
    expect((await grant('noon')).code).toBe('NOT_FOUND');
    expect((await grant('home')).code).toBe('NOT_FOUND');
  });

  test('hidden: a group of another domain is answered like one that does not exist, whatever is asked', async () => {
    const group = await ask.group(await server.domain());
    const user = await server.user(home.domainId);
    const read = (id: string) => server.graphql('query ($id: ID!) { group(ref: { id: $id }) { id } }', { id }, manager);
    const missing = newId('Group');
    expect(codeOf(await read(group))).toBe('NOT_FOUND');
    expect((await read(missing)).comparable).toBe((await read(group)).comparable);
    const remove = (id: string) => ask.send('deleteGroup', 'groupId', { group: { id }, etag: '' }, manager);
    expect((await add(group, user)).code).toBe('NOT_FOUND');
    expect((await add(missing, user)).comparable).toBe((await add(group, user)).comparable);
    expect((await remove(group)).code).toBe('NOT_FOUND');
    expect((await remove(missing)).comparable).toBe((await remove(group)).comparable);
  });

  test('hidden: a user of another domain cannot be made a member', async () => {
    const group = await ask.group(home.domainId);
    const foreign = await add(group, await server.user(await server.domain()));
    expect(foreign.code).toBe('NOT_FOUND');
    expect((await add(group, newId('User'))).comparable).toBe(foreign.comparable);
  });

  test('forbidden: a member of the domain makes none; a token for a project is of another scope', async () => {
    const member = await server.token({ scope: home, role: 'member' });
    expect((await create({ name: 'x' }, member.token)).code).toBe('FORBIDDEN');
    const inside = await server.token({ scope: await server.project(home.domainId), role: 'admin' });
    const { body } = await server.graphql('{ groups { nodes { id } } }', {}, inside.token);
    expect(body.errors[0].extensions).toMatchObject({ reason: 'WRONG_SCOPE', scopeTypes: ['system', 'domain'] });
  });

  test('limit: a domain has at most 1,000 groups', async () => {
    const domainId = await server.domain();
    const { token } = await server.token({ scope: { type: 'domain', domainId }, role: 'manager' });
    await server.services.db.execute(sql`insert into groups (id, domain_id, name, created_at)
      select 'grp_many-' || n, ${domainId}, 'g' || n, now() from generate_series(1, 1000) n`);
    expect((await create({ name: 'one more' }, token)).errors).toEqual([
      'LIMIT_REACHED : A domain has at most 1000 groups.',
    ]);
    // Another domain does not feel it.
    expect((await create({ name: 'one more' }, manager)).errors).toEqual([]);
  });
});
