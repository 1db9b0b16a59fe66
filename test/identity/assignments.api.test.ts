import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/platform/ids.js';
import { codeOf, type Json, startTestServer, type TestScope, type TestServer } from '../harness/server.js';
import { roleStories } from './role-stories.js';

let server: TestServer;
let stories: ReturnType<typeof roleStories>;
let system: string;
let domainId: string;
let admin: string;
beforeAll(async () => {
  server = await startTestServer();
  stories = roleStories(server);
  system = await stories.as({ type: 'system' }, 'admin');
  domainId = await server.domain();
  admin = await stories.as({ type: 'domain', domainId }, 'admin');
}, 60_000);
afterAll(() => server.close());

const onDomain = () => ({ domain: { id: domainId } });
const errorsOf = async (input: object, token = admin): Promise<Json> =>
  (await stories.changed('grantRole', input, token)).userErrors;
const toUser = async () => ({ user: { id: await server.user(domainId) } });

describe('Mutation.grantRole', () => {
  test('ok: members of a group hold what it is given, whoever else does not', async () => {
    const [ann, bob, eve] = [await server.user(domainId), await server.user(domainId), await server.user(domainId)];
    const id = await stories.group(domainId, ann, bob);
    const granted = await stories.changed(
      'grantRole',
      { group: { id }, role: { name: 'member' }, scope: onDomain() },
      admin,
    );
    expect(granted).toMatchObject({ roleAssignment: { group: { id }, user: null, role: 'member' }, userErrors: [] });
    const roles = await Promise.all([ann, bob, eve].map((user) => stories.rolesOf(user, { type: 'domain', domainId })));
    expect(roles).toEqual([['member', 'reader'], ['member', 'reader'], []]);

    const query =
      'query ($f: RoleAssignmentFilter) { roleAssignments(filter: $f) { nodes { group { id } user { id } } } }';
    const { body } = await server.graphql(query, { f: { groupIds: [id] } }, admin);
    expect(body.data.roleAssignments.nodes).toEqual([{ group: { id }, user: null }]);

    await stories.changed('revokeRole', { roleAssignmentId: granted.roleAssignment.id }, admin);
    expect(await stories.rolesOf(ann, { type: 'domain', domainId })).toEqual([]);
  });

  test('replay: the same request id grants once, and answers the first assignment; other input is refused', async () => {
    const input = { ...(await toUser()), role: { name: 'reader' }, scope: onDomain(), requestId: newId('Token') };
    const first = await stories.changed('grantRole', input, admin);
    expect(first.userErrors).toEqual([]);
    expect(await stories.changed('grantRole', input, admin)).toEqual(first);
    expect(await errorsOf({ ...input, role: { name: 'member' } })).toMatchObject([
      { code: 'REQUEST_ID_REUSED', path: ['input', 'requestId'] },
    ]);
    // Of another caller it is another request.
    const other = await stories.as({ type: 'domain', domainId }, 'admin');
    expect(await errorsOf(input, other)).toMatchObject([{ code: 'ALREADY_EXISTS' }]);
    await stories.changed('revokeRole', { roleAssignmentId: first.roleAssignment.id }, admin);
    const query = 'mutation ($input: GrantRoleInput!) { grantRole(input: $input) { roleAssignment { id } } }';
    expect(codeOf(await server.graphql(query, { input }, admin))).toBe('NOT_FOUND');
  });

  test('replay: two at once grant once', async () => {
    const input = { ...(await toUser()), role: { name: 'reader' }, scope: onDomain(), requestId: newId('Token') };
    const [one, two] = await Promise.all([1, 2].map(() => stories.changed('grantRole', input, admin)));
    expect(one).toEqual(two);
    expect(one.userErrors).toEqual([]);
  });

  test('invalid: a user and a group, or neither; ok: a role by its id', async () => {
    const user = { id: await server.user(domainId) };
    const group = { id: await stories.group(domainId) };
    const { id: roleId } = await stories.role('reader', admin, { isGlobal: true });
    const scope = onDomain();
    for (const holder of [{}, { user, group }]) {
      const errors = await errorsOf({ ...holder, role: { name: 'reader' }, scope });
      expect(errors).toMatchObject([{ code: 'INVALID', path: ['input', 'user'] }]);
    }
    expect(await errorsOf({ user, role: { id: roleId }, scope })).toEqual([]);
  });

  test('hidden: a group, a user and a role of another domain are none', async () => {
    const elsewhere = await server.domain();
    const theirs = await stories.create('theirs', await stories.as({ type: 'domain', domainId: elsewhere }, 'manager'));
    for (const input of [
      { group: { id: await stories.group(elsewhere) }, role: { name: 'reader' } },
      { user: { id: await server.user(elsewhere) }, role: { name: 'reader' } },
      { ...(await toUser()), role: { id: theirs.id } },
      { ...(await toUser()), role: { name: 'theirs' } },
    ]) {
      expect(codeOf(await stories.change('grantRole', { ...input, scope: onDomain() }, admin))).toBe('NOT_FOUND');
    }
  });

  test('ok: from a domain to its projects, not to the domain itself, nor to other domains', async () => {
    const [project, foreign] = [await server.project(domainId), await server.project(await server.domain())];
    const deep = await stories.subproject(await stories.subproject(project));
    const input = await toUser();
    expect(await errorsOf({ ...input, role: { name: 'member' }, scope: onDomain(), isInherited: true })).toEqual([]);
    const rolesOn = (scope: TestScope) => stories.rolesOf(input.user.id, scope);
    expect(await rolesOn(project)).toEqual(['member', 'reader']);
    expect(await rolesOn(deep)).toEqual(['member', 'reader']);
    for (const scope of [{ type: 'domain', domainId }, foreign, { type: 'system' }] as const) {
      expect(await rolesOn(scope)).toEqual([]);
    }
  });

  test('ok: from a project to what is in it, however deep, not to itself, what it is in or what is beside it', async () => {
    const top = await server.project(domainId);
    const middle = await stories.subproject(top);
    const [low, beside] = [await stories.subproject(middle), await stories.subproject(top)];
    const lowest = await stories.subproject(low);
    const input = await toUser();
    const scope = { project: { id: middle.projectId } };
    expect(await errorsOf({ ...input, role: { name: 'manager' }, scope, isInherited: true })).toEqual([]);
    const rolesOn = async (project: TestScope) => (await stories.rolesOf(input.user.id, project)).includes('manager');
    expect(await Promise.all([top, middle, low, lowest, beside].map(rolesOn))).toEqual([
      false,
      false,
      true,
      true,
      false,
    ]);
  });

  test('ok: it hands nothing on by default, also where that is said with null', async () => {
    const project = await server.project(domainId);
    const input = await toUser();
    for (const [role, more] of [
      ['reader', {}],
      ['member', { isInherited: null }],
    ] as const) {
      expect(await errorsOf({ ...input, role: { name: role }, scope: onDomain(), ...more })).toEqual([]);
    }
    expect(await stories.rolesOf(input.user.id, project)).toEqual([]);
    expect(await stories.rolesOf(input.user.id, { type: 'domain', domainId })).toEqual(['member', 'reader']);
  });

  test('ok: from its beginning on, and not before', async () => {
    const input = { ...(await toUser()), role: { name: 'reader' }, scope: onDomain() };
    const notBefore = new Date(Date.now() + 3_600_000).toISOString();
    expect(await errorsOf({ ...input, notBefore })).toEqual([]);
    expect(await stories.rolesOf(input.user.id, { type: 'domain', domainId })).toEqual([]);
  });

  test('ok: a role there and a role handed on are two assignments', async () => {
    const input = { ...(await toUser()), role: { name: 'reader' }, scope: onDomain() };
    for (const isInherited of [true, false]) expect(await errorsOf({ ...input, isInherited })).toEqual([]);
    for (const isInherited of [true, false])
      expect(await errorsOf({ ...input, isInherited })).toMatchObject([{ code: 'ALREADY_EXISTS' }]);
  });

  test('invalid: the system hands nothing on', async () => {
    const errors = await errorsOf(
      { ...(await toUser()), role: { name: 'reader' }, scope: { system: true }, isInherited: true },
      system,
    );
    expect(errors).toMatchObject([{ code: 'INVALID', path: ['input', 'isInherited'] }]);
  });

  test('invalid: a domain’s role outside its domain; ok: on the domain and its projects', async () => {
    const role = await stories.create('local', admin);
    await stories.imply('local', 'member', admin);
    const elsewhere = await server.domain();
    const { projectId } = await server.project(elsewhere);
    for (const scope of [{ system: true }, { domain: { id: elsewhere } }, { project: { id: projectId } }]) {
      const errors = await errorsOf({ ...(await toUser()), role: { id: role.id }, scope }, system);
      expect(errors).toMatchObject([{ code: 'INVALID', path: ['input', 'role'] }]);
    }
    const inside = await server.project(domainId);
    const input = { ...(await toUser()), role: { id: role.id }, scope: { project: { id: inside.projectId } } };
    const { roleAssignment } = await stories.changed('grantRole', input, admin);
    expect(roleAssignment).toMatchObject({ role: 'local', roleDomain: { id: domainId } });
    expect(await stories.rolesOf(input.user.id, inside)).toEqual(['member', 'reader']);
  });

  test('ok: an admin of a domain gives service and custom roles, but not those for the system only', async () => {
    await stories.create('plain', system);
    await stories.create('guarded', system, { isSystemOnly: true });
    for (const role of ['service', 'plain']) {
      expect(await errorsOf({ ...(await toUser()), role: { name: role }, scope: onDomain() })).toEqual([]);
    }
    const input = { ...(await toUser()), role: { name: 'guarded' }, scope: onDomain() };
    expect(codeOf(await stories.change('grantRole', input, admin))).toBe('FORBIDDEN');
    expect(await errorsOf(input, system)).toEqual([]);
  });

  test('forbidden: who holds a role for the system only does not hand it on, nor take it from others', async () => {
    await stories.create('sealed', system, { isSystemOnly: true });
    const { userId, token } = await server.token({ scope: { type: 'domain', domainId }, role: 'admin' });
    const grant = (id: string, by: string) =>
      stories.change('grantRole', { user: { id }, role: { name: 'sealed' }, scope: onDomain() }, by);
    await grant(userId, system);
    expect(await stories.rolesOf(userId, { type: 'domain', domainId })).toContain('sealed');
    const other = await server.user(domainId);
    expect(codeOf(await grant(other, token))).toBe('FORBIDDEN');
    const { body } = await grant(other, system);
    const { id: roleAssignmentId } = body.data.grantRole.roleAssignment;
    expect(codeOf(await stories.change('revokeRole', { roleAssignmentId }, token))).toBe('FORBIDDEN');
  });
});

describe('Mutation.revokeRole', () => {
  test('conflict: the last administrator of the system stays, unless it is forced with a reason', async () => {
    const fresh = await startTestServer();
    try {
      const ours = roleStories(fresh);
      const { userId, token } = await fresh.token({ scope: { type: 'system' }, role: 'admin' });
      const query = '{ roleAssignments(filter: { roles: ["admin"] }) { nodes { id user { id } scope { type } } } }';
      const { body } = await fresh.graphql(query, {}, token);
      const nodes: Json[] = body.data.roleAssignments.nodes.filter(({ scope }: Json) => scope.type === 'SYSTEM');
      const first = nodes.find(({ user }) => user.id !== userId);
      const last = nodes.find(({ user }) => user.id === userId);
      expect(await ours.changed('revokeRole', { roleAssignmentId: first.id }, token)).toMatchObject({ userErrors: [] });

      const roleAssignmentId = last.id;
      for (const [more, code] of [
        [{}, 'IN_USE'],
        [{ reason: 'we mean it' }, 'IN_USE'],
        [{ isForced: true }, 'INVALID'],
      ] as const) {
        const { userErrors } = await ours.changed('revokeRole', { roleAssignmentId, ...more }, token);
        expect(userErrors).toMatchObject([{ code, path: ['input', 'reason'] }]);
      }
      const forced = { roleAssignmentId, isForced: true, reason: 'we mean it' };
      expect(await ours.changed('revokeRole', forced, token)).toEqual({ roleAssignmentId, userErrors: [] });
      expect(codeOf(await ours.change('revokeRole', { roleAssignmentId }, token))).toBe('FORBIDDEN');
      // What a domain takes away does not ask who administers the system.
      const domain = await fresh.domain();
      const manager = await ours.as({ type: 'domain', domainId: domain }, 'manager');
      const input = {
        user: { id: await fresh.user(domain) },
        role: { name: 'reader' },
        scope: { domain: { id: domain } },
      };
      const { roleAssignment } = await ours.changed('grantRole', input, manager);
      const taken = await ours.changed('revokeRole', { roleAssignmentId: roleAssignment.id }, manager);
      expect(taken.userErrors).toEqual([]);

      const entries = 'query ($id: ID!) { auditEntries(filter: { targetIds: [$id] }) { nodes { action details } } }';
      const audited = await fresh.graphql(
        entries,
        { id: roleAssignmentId },
        await ours.as({ type: 'system' }, 'reader'),
      );
      expect(audited.body.data.auditEntries.nodes).toMatchObject([
        { action: 'ROLE_REVOKED', details: { reason: 'we mean it', userId } },
      ]);
    } finally {
      await fresh.close();
    }
  });
});
