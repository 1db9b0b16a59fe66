import { count } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { roleAssignments } from '../../src/identity/assignments/tables.js';
import { roleImplications } from '../../src/identity/roles/tables.js';
import { newId } from '../../src/platform/ids.js';
import { asIds } from '../harness/ids.js';
import {
  type Answer,
  codeOf,
  type RoleName,
  startTestServer,
  type TestScope,
  type TestServer,
} from '../harness/server.js';
import { type RoleMutation, roleStories } from './role-stories.js';

let server: TestServer;
let stories: ReturnType<typeof roleStories>;
let system: string;
let domainId: string;
beforeAll(async () => {
  server = await startTestServer();
  stories = roleStories(server);
  system = await stories.as({ type: 'system' }, 'admin');
}, 60_000);
afterAll(() => server.close());
beforeEach(async () => {
  domainId = await server.domain();
});

const domain = (): TestScope => ({ type: 'domain', domainId });
const onDomain = () => ({ domain: { id: domainId } });
const climber = (scope: TestScope, role: RoleName) => server.token({ scope, role });

/** How many rights there are to be had, by assignment and by implication. */
async function rights() {
  const { db } = server.services;
  const [assigned] = await db.select({ found: count() }).from(roleAssignments);
  const [implied] = await db.select({ found: count() }).from(roleImplications);
  return [assigned?.found, implied?.found];
}

/** An attempt that is refused, gains nobody anything, and is in the audit log with the policy that it failed. */
async function refused(by: { userId: string; token: string }, policy: string, attempt: () => Promise<Answer>) {
  const told = (await stories.denialsOf(by.userId)).length;
  const before = await rights();
  const answer = await attempt();
  expect(codeOf(answer), JSON.stringify(answer.body)).toBe('FORBIDDEN');
  expect(await rights()).toEqual(before);
  const denials = await stories.denialsOf(by.userId);
  expect(denials.slice(0, denials.length - told)).toMatchObject([{ action: 'REQUEST_DENIED', policy }]);
}

const attempt =
  (mutation: RoleMutation, input: object, { token }: { token: string }) =>
  () =>
    stories.change(mutation, input, token);

describe('the four-call climb', () => {
  test('refused: the admin of a domain gets into another domain, its projects or the system by no call', async () => {
    const by = await climber(domain(), 'admin');
    const other = await server.domain();
    const project = await server.project(other);
    const user = { id: by.userId };
    // What is out of its sight is not there for it: the answer is that for a scope that never was, and nothing is won.
    for (const scope of [{ domain: { id: other } }, { project: { id: project.projectId } }, { system: true }]) {
      const before = await rights();
      const answer = await stories.change('grantRole', { user, role: { name: 'admin' }, scope }, by.token);
      expect(codeOf(answer)).toBe('NOT_FOUND');
      expect(await rights()).toEqual(before);
      const [denial] = await stories.denialsOf(by.userId);
      expect(denial).toMatchObject({ policy: 'assignment:grant', details: { reason: 'NOT_FOUND' } });
    }
    // And a token of the first rung is none for the next.
    const issue = 'mutation ($input: IssueTokenInput!) { issueToken(input: $input) { token } }';
    for (const scope of [{ domain: { id: other } }, { project: { id: project.projectId } }, { system: true }]) {
      const { token } = await server.token({ scope: { type: 'unscoped' }, userId: by.userId });
      const answer = await server.graphql(issue, { input: { proof: { token }, scope } }, by.token);
      expect(codeOf(answer)).toBe('UNAUTHENTICATED');
    }
    await refused(by, 'domain:create', () =>
      server.graphql('mutation { createDomain(input: { name: "mine" }) { domain { id } } }', {}, by.token),
    );
  });

  test('ok: the admin of the system makes the first admin of a fresh domain, who gives roles inside and nowhere else', async () => {
    const fresh = await server.graphql(
      'mutation { createDomain(input: { name: "fresh" }) { domain { id } } }',
      {},
      system,
    );
    const { id } = fresh.body.data.createDomain.domain;
    const scope = { type: 'domain', domainId: id } as const;
    const userId = await server.user(id);
    const input = { user: { id: userId }, role: { name: 'admin' }, scope: { domain: { id } } };
    expect((await stories.changed('grantRole', input, system)).userErrors).toEqual([]);
    const { token } = await server.token({ scope, userId });
    const inside = {
      user: { id: await server.user(id) },
      role: { name: 'admin' },
      scope: { domain: { name: 'fresh' } },
    };
    expect((await stories.changed('grantRole', inside, token)).userErrors).toEqual([]);
    expect(codeOf(await stories.change('grantRole', { ...inside, scope: onDomain() }, token))).toBe('NOT_FOUND');
  });
});

describe('giving', () => {
  test('refused: a manager gives admin to itself, to another, to a group that it is in, or on all its projects', async () => {
    const by = await climber(domain(), 'manager');
    const group = { id: await stories.group(domainId, by.userId) };
    const { projectId } = await server.project(domainId);
    for (const input of [
      { user: { id: by.userId }, scope: onDomain() },
      { user: { id: await server.user(domainId) }, scope: onDomain() },
      { group, scope: onDomain() },
      { group, scope: onDomain(), isInherited: true },
      { group, scope: { project: { id: projectId } } },
      { user: { id: by.userId }, scope: { project: { id: projectId } }, isInherited: true },
    ]) {
      for (const role of ['admin', 'service']) {
        await refused(by, 'assignment:grant', attempt('grantRole', { ...input, role: { name: role } }, by));
      }
    }
  });

  test('refused: whoever’s admin role ended gives it to itself again', async () => {
    const by = await climber(domain(), 'manager');
    const { id: roleId } = await stories.role('admin', system, { isGlobal: true });
    const ended = {
      id: newId('RoleAssignment'),
      userId: by.userId,
      roleId,
      scopeType: 'domain' as const,
      domainId,
      isInherited: false,
      expiresAt: new Date(Date.now() - 1),
      createdAt: new Date(0),
    };
    await server.services.db.insert(roleAssignments).values(asIds(ended));
    const input = { user: { id: by.userId }, role: { name: 'admin' }, scope: onDomain() };
    await refused(by, 'assignment:grant', attempt('grantRole', input, by));
    await refused(by, 'assignment:grant', attempt('revokeRole', { roleAssignmentId: ended.id }, by));
  });

  test('refused: a token that was narrowed gives what its bearer holds without it', async () => {
    const by = await climber(domain(), 'admin');
    const issue = 'mutation ($input: IssueTokenInput!) { issueToken(input: $input) { token } }';
    const input = { proof: { token: by.token }, scope: onDomain(), roles: ['manager', 'member', 'reader'] };
    const { token } = (await server.graphql(issue, { input })).body.data.issueToken;
    const narrow = { userId: by.userId, token };
    const grant = {
      user: { id: by.userId },
      role: { name: 'admin' },
      scope: { project: { id: (await server.project(domainId)).projectId } },
    };
    await refused(narrow, 'assignment:grant', attempt('grantRole', grant, narrow));
  });

  test('refused: managers, members and readers of the system give nothing, anywhere', async () => {
    for (const role of ['manager', 'member', 'reader'] as const) {
      const by = await climber({ type: 'system' }, role);
      for (const scope of [{ system: true }, onDomain()]) {
        const input = { user: { id: by.userId }, role: { name: 'reader' }, scope };
        await refused(by, 'assignment:grant', attempt('grantRole', input, by));
      }
    }
  });

  test('refused: a domain’s role that brings what its manager does not hold is given by the manager', async () => {
    const admin = await stories.as(domain(), 'admin');
    const { id: roleId } = await stories.create('machine', admin);
    await stories.imply('machine', 'service', admin);
    const by = await climber(domain(), 'manager');
    const input = { user: { id: by.userId }, role: { id: roleId }, scope: onDomain() };
    await refused(by, 'assignment:grant', attempt('grantRole', input, by));
  });
});

describe('the implication detour', () => {
  const implication = async (role: string, implied: string, token: string) => {
    const { id: roleId, etag } = await stories.role(role, token);
    const { id: impliedRoleId } = await stories.role(implied, token, { isGlobal: true });
    return { role: { id: roleId }, impliedRole: { id: impliedRoleId }, etag };
  };

  test('refused: a manager lets a role that it holds bring what it does not hold', async () => {
    await stories.create(`custom-${domainId}`, system);
    const by = await climber(domain(), 'manager');
    const { id: roleId } = await stories.create('ladder', by.token);
    await stories.changed('grantRole', { user: { id: by.userId }, role: { id: roleId }, scope: onDomain() }, by.token);
    for (const implied of ['admin', 'service', `custom-${domainId}`]) {
      const input = await implication('ladder', implied, by.token);
      await refused(by, 'assignment:grant', attempt('addImpliedRole', input, by));
    }
    expect(await stories.rolesOf(by.userId, domain())).toEqual(['manager', 'member', 'reader']);
  });

  test('refused: the admin of a domain lets a role bring one that is for the system only', async () => {
    const name = `sealed-${domainId}`;
    await stories.create(name, system, { isSystemOnly: true });
    const by = await climber(domain(), 'admin');
    await stories.create('ladder', by.token);
    await refused(by, 'assignment:grant', attempt('addImpliedRole', await implication('ladder', name, by.token), by));
  });

  test('refused: a manager of the system, or of a domain, lets a global role bring more', async () => {
    const name = `global-${domainId}`;
    await stories.create(name, system);
    for (const scope of [{ type: 'system' }, domain()] as const) {
      const by = await climber(scope, 'manager');
      const input = await implication(name, 'manager', system);
      await refused(by, 'role:imply', attempt('addImpliedRole', input, by));
    }
  });

  test('refused: a role that implies admin, and a domain’s role called Admin, for whoever holds admin itself', async () => {
    const before = await rights();
    const admin = await stories.as(domain(), 'admin');
    await stories.create('ladder', admin);
    const input = await implication('ladder', 'admin', admin);
    const { userErrors } = await stories.changed('addImpliedRole', input, admin);
    expect(userErrors).toMatchObject([{ code: 'INVALID', message: 'No role can imply admin.' }]);
    const named = await stories.changed('createRole', { name: 'Admin' }, admin);
    expect(named).toMatchObject({ role: null, userErrors: [{ code: 'INVALID', path: ['input', 'name'] }] });
    expect((await rights())[1]).toBe(before[1]);
  });

  test('refused: a role is renamed to one that policies name', async () => {
    const by = await climber(domain(), 'admin');
    const { id: roleId, etag } = await stories.create('quiet', by.token);
    await stories.changed('grantRole', { user: { id: by.userId }, role: { id: roleId }, scope: onDomain() }, by.token);
    const { userErrors } = await stories.changed(
      'updateRole',
      { role: { id: roleId }, etag, name: 'SERVICE' },
      by.token,
    );
    expect(userErrors).toMatchObject([{ code: 'INVALID' }]);
    const global = await stories.create(`plain-${domainId}`, system);
    await refused(
      by,
      'role:update',
      attempt('updateRole', { role: { id: global.id }, etag: global.etag, name: 'x' }, by),
    );
  });
});
