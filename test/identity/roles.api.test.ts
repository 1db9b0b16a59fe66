import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/platform/ids.js';
import { codeOf, startTestServer, type TestServer } from '../harness/server.js';
import { roleStories } from './role-stories.js';

let server: TestServer;
let stories: ReturnType<typeof roleStories>;
let system: string;
let domainId: string;
let manager: string;
beforeAll(async () => {
  server = await startTestServer();
  stories = roleStories(server);
  system = await stories.as({ type: 'system' }, 'admin');
  domainId = await server.domain();
  manager = await stories.as({ type: 'domain', domainId }, 'manager');
}, 60_000);
afterAll(() => server.close());

const userErrors = async (...args: Parameters<typeof stories.changed>) => (await stories.changed(...args)).userErrors;

describe('Mutation.createRole', () => {
  test('ok: the token’s scope owns it, and its name is kept in lower case', async () => {
    const global = await stories.create('Auditor', system, { description: 'Reads logs.', isSystemOnly: true });
    expect(global).toMatchObject({ name: 'auditor', description: 'Reads logs.', domain: null, isSystemOnly: true });
    const own = await stories.create('OnCall', manager);
    expect(own).toMatchObject({ name: 'oncall', domain: { id: domainId }, implies: [], isImmutable: false });
  });

  test('conflict: a name is taken whatever its case, among the global ones or in the domain', async () => {
    await stories.create('gate', system);
    await stories.create('gate', manager);
    for (const [name, token] of [
      ['GATE', system],
      ['Gate', manager],
      ['ADMIN', system],
    ] as const) {
      expect(await userErrors('createRole', { name }, token)).toMatchObject([{ code: 'ALREADY_EXISTS' }]);
    }
  });

  test('invalid: a domain’s role called like one of the first start, for the system only, or by no name of a role', async () => {
    for (const name of [
      'Admin',
      'manager',
      'MEMBER',
      'reader',
      'service',
      '',
      'two words',
      'ａdmin',
      '1st',
      'x'.repeat(65),
    ]) {
      const errors = await userErrors('createRole', { name }, manager);
      expect(errors, name).toMatchObject([{ code: 'INVALID', path: ['input', 'name'] }]);
    }
    const errors = await userErrors('createRole', { name: 'mine', isSystemOnly: true }, manager);
    expect(errors).toMatchObject([{ code: 'INVALID', path: ['input', 'isSystemOnly'] }]);
  });

  test('replay: a request id answers the first role again', async () => {
    const first = await stories.create('once', manager, { requestId: 'r' });
    expect(await stories.create('once', manager, { requestId: 'r' })).toEqual(first);
    const other = await userErrors('createRole', { name: 'twice', requestId: 'r' }, manager);
    expect(other).toMatchObject([{ code: 'REQUEST_ID_REUSED' }]);
  });

  test('forbidden: members of a domain and managers of the system make none', async () => {
    for (const token of [
      await stories.as({ type: 'domain', domainId }, 'member'),
      await stories.as({ type: 'system' }, 'manager'),
    ]) {
      expect(codeOf(await stories.change('createRole', { name: 'x' }, token))).toBe('FORBIDDEN');
    }
  });

  test('limit: a domain has at most a hundred roles', async () => {
    const token = await stories.as({ type: 'domain', domainId: await server.domain() }, 'manager');
    const make = (from: number, to: number) => {
      const fields = Array.from(
        { length: to - from },
        (_, i) => `r${from + i}: createRole(input: {name: "n${from + i}"}) { userErrors { code } }`,
      );
      return server.graphql(`mutation { ${fields.join(' ')} }`, {}, token);
    };
    for (let from = 0; from < 100; from += 5) await make(from, from + 5);
    expect((await make(100, 101)).body.data.r100.userErrors).toEqual([{ code: 'LIMIT_REACHED' }]);
  });
});

describe('Mutation.updateRole', () => {
  test('ok: what is given changes, what is absent stays, null clears', async () => {
    const { id: roleId, etag } = await stories.create('draft', manager, { description: 'a' });
    const renamed = await stories.changed('updateRole', { role: { id: roleId }, etag, name: 'Final' }, manager);
    expect(renamed.role).toMatchObject({ name: 'final', description: 'a' });
    const cleared = await stories.changed(
      'updateRole',
      { role: { id: roleId }, etag: renamed.role.etag, description: null },
      manager,
    );
    expect(cleared.role).toMatchObject({ name: 'final', description: null });
  });

  test('ok: a role for the system only stays so whatever else changes, until that is changed', async () => {
    const { id: roleId, etag } = await stories.create('keeper', system, { isSystemOnly: true });
    let last = { etag, isSystemOnly: true };
    const change = async (input: object) => {
      last = (await stories.changed('updateRole', { role: { id: roleId }, etag: last.etag, ...input }, system)).role;
      return last.isSystemOnly;
    };
    expect(await change({ description: 'Keeps keys.' })).toBe(true);
    expect(await change({ name: 'warden' })).toBe(true);
    expect(await change({ description: null, isSystemOnly: null })).toBe(true);
    expect(await change({ isSystemOnly: false })).toBe(false);
    expect(await change({ description: 'Keeps nothing.' })).toBe(false);
  });

  test('ok: tokens keep a global role when a domain renames or deletes its own of the same name', async () => {
    const own = await stories.create('watcher', manager);
    const global = await stories.create('watcher', system);
    const userId = await server.user(domainId);
    const scope = { type: 'domain', domainId } as const;
    const input = { user: { id: userId }, role: { id: global.id }, scope: { domain: { id: domainId } } };
    expect((await stories.changed('grantRole', input, system)).userErrors).toEqual([]);
    const whole = await server.token({ scope, userId });
    const narrowed = { proof: { token: whole.token }, scope: { domain: { id: domainId } }, roles: ['watcher'] };
    const issue = 'mutation ($input: IssueTokenInput!) { issueToken(input: $input) { token } }';
    const { token } = (await server.graphql(issue, { input: narrowed }, whole.token)).body.data.issueToken;
    const roles = async () => (await server.graphql('{ viewer { roles } }', {}, token)).body.data.viewer.roles;
    expect(await roles()).toEqual(['watcher']);
    const { id: roleId, etag } = (
      await stories.changed('updateRole', { role: { id: own.id }, etag: own.etag, name: 'lookout' }, manager)
    ).role;
    expect(await roles()).toEqual(['watcher']);
    const back = (await stories.changed('updateRole', { role: { id: roleId }, etag, name: 'watcher' }, manager)).role;
    await stories.changed('deleteRole', { role: { id: roleId }, etag: back.etag }, manager);
    expect(await roles()).toEqual(['watcher']);
  });

  test('stale: an etag that was read before another change is refused', async () => {
    const { id: roleId, etag } = await stories.create('contended', manager);
    await stories.changed('updateRole', { role: { id: roleId }, etag, description: 'first' }, manager);
    const errors = await userErrors('updateRole', { role: { id: roleId }, etag, description: 'second' }, manager);
    expect(errors).toMatchObject([{ code: 'STALE_ETAG', path: ['input', 'etag'] }]);
  });

  test('invalid: a role of the first start never changes, whoever asks', async () => {
    for (const name of ['admin', 'manager', 'member', 'reader', 'service']) {
      const { id: roleId, etag, isImmutable } = await stories.role(name, system, { isGlobal: true });
      expect(isImmutable).toBe(true);
      const errors = await userErrors('updateRole', { role: { id: roleId }, etag, description: 'x' }, system);
      expect(errors).toMatchObject([{ code: 'INVALID', path: ['input', 'role'] }]);
      expect(errors[0].message).toContain('cannot be changed');
      expect(await userErrors('deleteRole', { role: { id: roleId }, etag }, system)).toEqual(errors);
      const { id: impliedRoleId } = await stories.create(`extra-${name}`, system);
      expect(
        await userErrors('addImpliedRole', { role: { id: roleId }, impliedRole: { id: impliedRoleId }, etag }, system),
      ).toEqual(errors);
      const denied = await stories.change('updateRole', { role: { id: roleId }, etag, description: 'x' }, manager);
      expect(codeOf(denied)).toBe('FORBIDDEN');
    }
  });

  test('ok: a global role that is renamed is seen under its new name at once', async () => {
    const { id: roleId, etag } = await stories.create('before', system);
    const userId = await server.user(domainId);
    await stories.changed(
      'grantRole',
      { user: { id: userId }, role: { name: 'before' }, scope: { domain: { id: domainId } } },
      system,
    );
    expect(await stories.rolesOf(userId, { type: 'domain', domainId })).toEqual(['before']);
    await stories.changed('updateRole', { role: { id: roleId }, etag, name: 'after' }, system);
    expect(await stories.rolesOf(userId, { type: 'domain', domainId })).toEqual(['after']);
  });
});

describe('Mutation.deleteRole', () => {
  test('conflict: what is assigned or implied stays, with counts; then it goes with what it implies', async () => {
    const used = await stories.create('used', manager);
    await stories.create('upper', manager);
    await stories.imply('upper', 'used', manager);
    await stories.imply('used', 'reader', manager);
    const input = {
      user: { id: await server.user(domainId) },
      role: { id: used.id },
      scope: { domain: { id: domainId } },
    };
    const { roleAssignment } = await stories.changed('grantRole', input, manager);
    const { etag } = await stories.role('used', manager);
    const errors = await userErrors('deleteRole', { role: { id: used.id }, etag }, manager);
    expect(errors).toMatchObject([{ code: 'IN_USE', path: ['input', 'role'] }]);
    expect(errors[0].message).toBe('Assignments of this role: 1; roles that imply it: 1.');

    await stories.changed('revokeRole', { roleAssignmentId: roleAssignment.id }, manager);
    const upper = await stories.role('upper', manager);
    await stories.changed(
      'removeImpliedRole',
      { role: { id: upper.id }, impliedRole: { id: used.id }, etag: upper.etag },
      manager,
    );
    const gone = await stories.changed('deleteRole', { role: { id: used.id }, etag }, manager);
    expect(gone).toEqual({ roleId: used.id, userErrors: [] });
    expect(await stories.role('used', manager)).toBeUndefined();
  });
});

describe('Query.roles', () => {
  const ROLES =
    'query ($filter: RoleFilter, $first: Int, $after: String) { roles(filter: $filter, first: $first, after: $after) { nodes { id name domain { id } } pageInfo { hasNextPage endCursor } } }';

  test('hidden: a domain’s role is not there for another domain, by id or in a list, and cannot be implied', async () => {
    const { id, etag } = await stories.create('secret', manager);
    const stranger = await stories.as({ type: 'domain', domainId: await server.domain() }, 'admin');
    const read = (role: string) =>
      server.graphql('query ($id: ID!) { role(ref: { id: $id }) { id } }', { id: role }, stranger);
    const hidden = await read(id);
    expect(codeOf(hidden)).toBe('NOT_FOUND');
    expect((await read(newId('Role'))).comparable).toBe(hidden.comparable);
    const own = await stories.create('own', stranger);
    for (const [mutation, input] of [
      ['updateRole', { role: { id }, etag, name: 'mine' }],
      ['deleteRole', { role: { id }, etag }],
      ['addImpliedRole', { role: { id: own.id }, impliedRole: { id }, etag: own.etag }],
      ['removeImpliedRole', { role: { id: own.id }, impliedRole: { id }, etag: own.etag }],
    ] as const) {
      expect(codeOf(await stories.change(mutation, input, stranger)), mutation).toBe('NOT_FOUND');
    }
    const listed = await server.graphql(ROLES, { filter: { isGlobal: false } }, stranger);
    expect(listed.body.data.roles.nodes.map(({ name }: { name: string }) => name)).toEqual(['own']);
  });

  test('ok: readers of the domain and of the system, and projects in the domain, read its roles', async () => {
    const { id } = await stories.create('shared', manager);
    const project = await server.project(domainId);
    for (const token of [
      await stories.as({ type: 'domain', domainId }, 'reader'),
      await stories.as(project, 'reader'),
      await stories.as({ type: 'system' }, 'reader'),
    ]) {
      expect(await stories.role('Shared', token)).toMatchObject({ id, domain: { id: domainId } });
    }
  });

  test('ok: pages follow one another, and filters are ANDed', async () => {
    const names: string[] = [];
    let after: string | null = null;
    do {
      const { body } = await server.graphql(ROLES, { filter: { isGlobal: true }, first: 2, after }, system);
      const { nodes, pageInfo } = body.data.roles;
      names.push(...nodes.map(({ name }: { name: string }) => name));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);
    expect(names.slice(0, 5)).toEqual(['admin', 'manager', 'member', 'reader', 'service']);
    expect(new Set(names).size).toBe(names.length);
    const none = await server.graphql(ROLES, { filter: { isGlobal: true, domainIds: [domainId] } }, system);
    expect(none.body.data.roles.nodes).toEqual([]);
  });
});
