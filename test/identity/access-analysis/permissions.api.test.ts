import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../../src/platform/ids.js';
import {
  codeOf,
  type Json,
  type RoleName,
  startTestServer,
  type TestScope,
  type TestServer,
} from '../../harness/server.js';
import { EFFECTIVE, PERMISSIONS } from './story.js';

let server: TestServer;
let home: string;
let foreign: string;
let web: { type: 'project'; domainId: string; projectId: string };
let systemReader: string;
let domainReader: string;
beforeAll(async () => {
  server = await startTestServer();
  home = await server.domain('home');
  foreign = await server.domain('foreign');
  web = await server.project(home, 'web');
  systemReader = (await server.token({ scope: { type: 'system' }, role: 'reader' })).token;
  domainReader = (await server.token({ scope: { type: 'domain', domainId: home }, role: 'reader' })).token;
}, 60_000);
afterAll(() => server.close());

const onWeb = () => ({ project: { id: web.projectId } });
const about = (id: string, scope: object) => ({ principal: { user: { id } }, scope });
const ask = async (variables: object, token = domainReader): Promise<Json> =>
  (await server.graphql(PERMISSIONS, variables, token)).body.data.effectivePermissions;

describe('Query.effectivePermissions', () => {
  test('ok: names the way from an assignment to a group, down the projects and through implied roles', async () => {
    const userId = await server.user(home);
    const group = await server.group(home, 'operators', userId);
    const ops = await server.role('operations', home, await server.roleId('member'));
    const assignmentId = await server.give({ groupId: group, roleId: ops, ...idsOf(web), isInherited: true });
    const inner = await server.child(web, 'web-inner');
    const told = await ask(about(userId, { project: { id: inner.projectId } }));
    expect(told).toMatchObject({ user: { id: userId }, agent: null, roles: ['member', 'reader'] });
    const byName = new Map(told.permissions.map((one: Json) => [one.policy, one]));
    expect(byName.get('agent:create')).toEqual({
      policy: 'agent:create',
      dependsOnTarget: false,
      roles: ['member'],
      paths: [
        {
          assignmentId,
          scope: { type: 'PROJECT' },
          isInherited: true,
          at: { type: 'PROJECT', project: { id: inner.projectId } },
          groupId: group,
          groupName: 'operators',
          roles: ['operations', 'member'],
        },
      ],
    });
    expect(byName.get('agent:get')).toMatchObject({ dependsOnTarget: true, roles: ['reader'] });
    expect(byName.get('agent:get')).toMatchObject({ paths: [{ roles: ['operations', 'member', 'reader'] }] });
    expect(byName.has('agent:ban')).toBe(false);
    // What comes down does not hold where it was given.
    expect(await ask(about(userId, onWeb()))).toMatchObject({ roles: [], permissions: [] });
  });

  test.each([
    ['system', 'admin'],
    ['system', 'reader'],
    ['domain', 'manager'],
    ['domain', 'reader'],
    ['project', 'admin'],
    ['project', 'service'],
  ] as const)('ok: a %s %s is told the same by viewer', async (type, role: RoleName) => {
    const scopes: Record<string, TestScope> = {
      system: { type: 'system' },
      domain: { type: 'domain', domainId: home },
      project: web,
    };
    const refs: Record<string, object> = {
      system: { system: true },
      domain: { domain: { id: home } },
      project: onWeb(),
    };
    const { userId, token } = await server.token({ scope: scopes[type] as TestScope, role });
    const { viewer } = (await server.graphql('{ viewer { roles permissions } }', {}, token)).body.data;
    const told = await ask(about(userId, refs[type] as object), systemReader);
    expect(told.roles).toEqual(viewer.roles);
    expect(told.permissions.map((one: Json) => one.policy)).toEqual(viewer.permissions);
    expect(viewer.permissions.length).toBeGreaterThan(5);
  });

  test('ok: an agent is told the same by viewer; a banned one may do nothing', async () => {
    const id = await server.agent(web);
    const { viewer } = (await server.graphql('{ viewer { permissions } }', {}, await server.agentToken(id))).body.data;
    const told = await ask({ principal: { agent: { id } } });
    expect(told).toMatchObject({ user: null, agent: { id }, scope: { type: 'AGENT' }, roles: [] });
    expect(told.permissions.map((one: Json) => one.policy)).toEqual(viewer.permissions);
    const banned = await server.agent(web, { trustState: 'BANNED' });
    expect(await ask({ principal: { agent: { id: banned } } })).toMatchObject({ permissions: [] });
  });

  test('ok: anybody asks about themselves, and where they hold something', async () => {
    const { userId, token } = await server.token({ scope: web, role: 'member' });
    const away = await server.project(foreign);
    await server.assign(userId, 'reader', away);
    expect(await ask(about(userId, onWeb()), token)).toMatchObject({ roles: ['member', 'reader'] });
    const there = { project: { id: away.projectId } };
    expect(await ask(about(userId, there), token)).toMatchObject({ roles: ['reader'] });
    const nowhere = { project: { id: (await server.project(foreign)).projectId } };
    const refused = await server.graphql(PERMISSIONS, about(userId, nowhere), token);
    expect(codeOf(refused)).toBe('NOT_FOUND');
  });

  test('hidden: a principal or a scope of others answers as one that does not exist', async () => {
    const { userId, token } = await server.token({ scope: web, role: 'admin' });
    const other = await server.user(home);
    const stranger = await server.user(foreign, 'stranger');
    const away = await server.project(foreign);
    const agent = await server.agent(away);
    const compared = async (hidden: object, missing: object, bearer: string) => {
      const [one, two] = [
        await server.graphql(PERMISSIONS, hidden, bearer),
        await server.graphql(PERMISSIONS, missing, bearer),
      ];
      expect([codeOf(one), one.comparable]).toEqual(['NOT_FOUND', two.comparable]);
    };
    const nobody = newId('User');
    await compared(about(other, onWeb()), about(nobody, onWeb()), token);
    await compared(about(stranger, onWeb()), about(nobody, onWeb()), domainReader);
    const named = (user: string, domain: string) => ({
      principal: { user: { inDomain: { name: user, domain } } },
      scope: onWeb(),
    });
    await compared(named('stranger', 'foreign'), named('stranger', 'no such domain'), domainReader);
    await compared(
      { principal: { agent: { id: agent } } },
      { principal: { agent: { id: newId('Agent') } } },
      domainReader,
    );
    const scopes = [{ project: { id: away.projectId } }, { system: true }, { domain: { id: foreign } }];
    for (const scope of scopes)
      await compared(about(other, scope), about(other, { project: { id: newId('Project') } }), domainReader);
    await compared(about(userId, scopes[0] ?? {}), about(userId, { project: { id: newId('Project') } }), token);
  });

  test('invalid: a user without a scope, an agent with one, a system that is not', async () => {
    const userId = await server.user(home);
    const agentId = await server.agent(web);
    const none = { principal: { user: { id: userId } } };
    for (const variables of [
      none,
      { ...none, scope: { system: false } },
      { principal: { agent: { id: agentId } }, scope: onWeb() },
    ])
      expect(codeOf(await server.graphql(PERMISSIONS, variables, domainReader))).toBe('BAD_USER_INPUT');
  });

  test('hidden: a group of another domain is not named, but to its members', async () => {
    const { userId, token } = await server.token({ scope: web, role: 'reader' });
    const group = await server.group(foreign, 'strangers', userId);
    await server.give({ groupId: group, roleId: await server.roleId('admin'), ...idsOf(web) });
    const groupsOf = (told: Json) =>
      told.permissions.find((one: Json) => one.policy === 'agent:ban').paths.map((path: Json) => path.groupName);
    expect(groupsOf(await ask(about(userId, onWeb())))).toEqual([null]);
    expect(groupsOf(await ask(about(userId, onWeb()), token))).toEqual(['strangers']);
    expect(groupsOf(await ask(about(userId, onWeb()), systemReader))).toEqual(['strangers']);
  });

  test('forbidden: without a scope, without a role that reads, and to agents', async () => {
    const { token: unscoped, userId } = await server.token({ scope: { type: 'unscoped' }, homeDomainId: home });
    const agent = await server.agentToken(await server.agent(web));
    for (const token of [unscoped, agent])
      expect(codeOf(await server.graphql(PERMISSIONS, about(userId, onWeb()), token))).toBe('FORBIDDEN');
  });
});

describe('Query.effectiveRoleAssignments', () => {
  const list = async (variables: object, token = domainReader): Promise<Json> =>
    (await server.graphql(EFFECTIVE, variables, token)).body.data.effectiveRoleAssignments;

  test('ok: members of groups one by one, inherited ones on the scope, in pages', async () => {
    const [one, two] = [await server.user(home), await server.user(home)];
    const group = await server.group(home, 'pair', one, two);
    const down = await server.give({
      groupId: group,
      roleId: await server.roleId('member'),
      domainId: home,
      isInherited: true,
    });
    const past = { expiresAt: new Date(0) };
    const own = await server.give({ userId: one, roleId: await server.roleId('admin'), ...idsOf(web), ...past });
    await server.give({ userId: two, roleId: await server.roleId('reader'), domainId: home });
    const filter = { userIds: [one, two], scope: onWeb() };
    const { nodes } = await list({ filter });
    const short = nodes.map((node: Json) => [
      node.user.id,
      node.path.assignmentId,
      node.path.groupName,
      node.isInForce,
    ]);
    expect(short).toEqual([
      [one, down, 'pair', true],
      [one, own, null, false],
      [two, down, 'pair', true],
    ]);
    expect(nodes[0]).toMatchObject({
      roles: ['member', 'reader'],
      path: { isInherited: true, roles: ['member'], scope: { type: 'DOMAIN' }, at: { type: 'PROJECT' } },
    });
    const first = await list({ filter, first: 2 });
    const rest = await list({ filter, first: 2, after: first.pageInfo.endCursor });
    expect([...first.nodes, ...rest.nodes]).toEqual(nodes);
    expect([first.pageInfo.hasNextPage, rest.pageInfo.hasNextPage]).toEqual([true, false]);
    const admins = await list({ filter: { ...filter, roles: ['Admin'] } });
    expect(admins.nodes.map((node: Json) => node.path.assignmentId)).toEqual([own]);
  });

  test('hidden: assignments elsewhere, and users of others, are not listed', async () => {
    const { userId, token } = await server.token({ scope: web, role: 'member' });
    await server.assign(userId, 'admin', { type: 'system' });
    const stranger = await server.user(foreign);
    await server.assign(stranger, 'reader', web);
    const typesFor = async (bearer: string) =>
      (await list({ filter: { userIds: [userId, stranger] } }, bearer)).nodes.map((node: Json) => node.path.scope.type);
    expect(await typesFor(domainReader)).toEqual(['PROJECT']);
    expect(await typesFor(token)).toEqual(['PROJECT', 'SYSTEM']);
    expect(await typesFor(systemReader)).toEqual(['PROJECT', 'SYSTEM', 'PROJECT']);
    const { token: colleague } = await server.token({ scope: web, role: 'admin' });
    expect(await typesFor(colleague)).toEqual([]);
  });
});

const idsOf = ({ domainId, projectId }: { domainId: string; projectId: string }) => ({ domainId, projectId });
