import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { users } from '../../../src/identity/users/tables.js';
import { newId } from '../../../src/platform/ids.js';
import { asId, asIds } from '../../harness/ids.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../../harness/server.js';
import { WHO_CAN } from './story.js';

let server: TestServer;
let foreign: string;
let systemReader: string;
beforeAll(async () => {
  server = await startTestServer();
  foreign = await server.domain('foreign');
  systemReader = (await server.token({ scope: { type: 'system' }, role: 'reader' })).token;
}, 60_000);
afterAll(() => server.close());

const ask = async (variables: object, token: string): Promise<Json> =>
  (await server.graphql(WHO_CAN, variables, token)).body.data.whoCan;
const idsIn = ({ nodes }: Json): string[] => nodes.map(({ user, agent }: Json) => (user ?? agent).id);

/** A domain of its own for each story, so that one's holders are not another's. */
async function tenant() {
  const domainId = await server.domain();
  const project = await server.project(domainId);
  const reader = await server.token({ scope: { type: 'domain', domainId }, role: 'reader' });
  return { domainId, project, reader: reader.token, readerId: reader.userId };
}
const owner = ({ domainId, projectId }: { domainId: string; projectId: string }) => ({ domainId, projectId });

describe('Query.whoCan', () => {
  test('ok: those with the role on the target’s scope, by an own, an inherited and a group’s assignment', async () => {
    const { domainId, project, reader } = await tenant();
    const [own, heir, member, outsider] = [
      await server.user(domainId),
      await server.user(domainId),
      await server.user(domainId),
      await server.user(domainId),
    ];
    const admin = await server.roleId('admin');
    await server.give({ userId: own, roleId: admin, ...owner(project) });
    await server.give({ userId: heir, roleId: admin, domainId, isInherited: true });
    const group = await server.group(domainId, 'operators', member);
    await server.give({ groupId: group, roleId: admin, ...owner(project) });
    await server.give({ userId: outsider, roleId: await server.roleId('manager'), ...owner(project) });
    await server.give({ userId: outsider, roleId: admin, ...owner(await server.project(domainId)) });
    await server.give({ userId: outsider, roleId: admin, ...owner(project), expiresAt: new Date(0) });
    await server.give({ userId: outsider, roleId: admin, domainId });
    const target = await server.agent(project);
    const told = await ask({ policy: 'agent:ban', target }, reader);
    expect(idsIn(told)).toEqual([own, heir, member]);
    expect(told).toMatchObject({ access: 'SCOPED', openScopeTypes: [], hiddenCount: 0 });
    expect(told.nodes.map((node: Json) => [node.roles, node.paths[0].isInherited, node.paths[0].groupName])).toEqual([
      [['admin'], false, null],
      [['admin'], true, null],
      [['admin'], false, 'operators'],
    ]);
  });

  test('ok: every scope that the policy takes, and a user who is named by the target itself', async () => {
    const { domainId, project, reader, readerId } = await tenant();
    const inside = await server.user(domainId);
    await server.assign(inside, 'reader', project);
    const system = await server.token({ scope: { type: 'system' }, role: 'reader', homeDomainId: domainId });
    const told = await ask({ policy: 'project:get', target: project.projectId }, systemReader);
    expect(idsIn(told)).toEqual(expect.arrayContaining([readerId, inside, system.userId]));
    expect(told.hiddenCount).toBe(0);
    // Who reads the domain may not know who reads the system.
    const byTenant = await ask({ policy: 'project:get', target: project.projectId }, reader);
    expect(idsIn(byTenant)).toEqual([readerId, inside]);
    expect(byTenant.hiddenCount).toBe(told.nodes.length - 2);
    expect((await ask({ policy: 'user:get', target: inside }, reader)).openScopeTypes).toEqual(['DOMAIN', 'PROJECT']);
    const himself = await ask(
      { policy: 'user:get', target: inside, scope: { project: { id: project.projectId } } },
      reader,
    );
    expect(idsIn(himself)).toEqual([inside]);
  });

  test('ok: agents come first, where the policy takes them', async () => {
    const { project, reader, readerId } = await tenant();
    const target = await server.agent(project);
    await server.agent(project);
    expect(idsIn(await ask({ policy: 'attestation:submit', target }, reader))).toEqual([target]);
    expect(idsIn(await ask({ policy: 'agent:get', target }, reader))).toEqual([target, readerId]);
    const banned = await server.agent(project, { trustState: 'BANNED' });
    expect(idsIn(await ask({ policy: 'attestation:submit', target: banned }, reader))).toEqual([]);
  });

  test('ok: pages go on behind those that are full and those that are short', async () => {
    const { domainId, project, reader } = await tenant();
    const made: string[] = [];
    const now = server.services.clock.now();
    for (let n = 0; n < 1200; n += 1) made.push(newId('User'));
    const row = { domainId, passwordHash: '-', isEnabled: true, createdAt: now };
    await server.services.db.insert(users).values(asIds(made.map((id) => ({ ...row, id, name: id }))));
    const group = await server.group(domainId, 'everybody', ...made);
    await server.give({ groupId: group, roleId: await server.roleId('member'), ...owner(project) });
    const target = await server.agent(project);
    const found: string[] = [];
    const sizes: number[] = [];
    for (let after = null, more = true; more; ) {
      const page = await ask(
        { policy: 'agent:get', target, first: 50, after, scope: { project: { id: project.projectId } } },
        reader,
      );
      found.push(...idsIn(page));
      sizes.push(page.nodes.length);
      after = page.pageInfo.endCursor;
      more = page.pageInfo.hasNextPage;
    }
    expect(found).toEqual(made);
    expect(sizes).toEqual(Array.from({ length: 24 }, () => 50));
  });

  test('ok: without a target at a scope; for everybody nobody is listed', async () => {
    const { domainId, project, reader } = await tenant();
    const { userId } = await server.token({ scope: project, role: 'member' });
    const disabled = await server.user(domainId);
    await server.assign(disabled, 'admin', project);
    await server.services.db
      .update(users)
      .set({ isEnabled: false })
      .where(eq(users.id, asId(disabled)));
    const scope = { project: { id: project.projectId } };
    expect(idsIn(await ask({ policy: 'agent:create', scope }, reader))).toEqual([userId]);
    expect(await ask({ policy: 'viewer:get', scope }, reader)).toMatchObject({ access: 'AUTHENTICATED', nodes: [] });
    expect(await ask({ policy: 'token:issue', scope }, reader)).toMatchObject({ access: 'PUBLIC', nodes: [] });
    expect(await ask({ policy: 'domain:create', scope }, reader)).toMatchObject({ nodes: [], hiddenCount: 0 });
  });

  test('hidden: others are a number, and one finds oneself', async () => {
    const { domainId, project } = await tenant();
    const stranger = await server.user(foreign);
    await server.assign(stranger, 'admin', project);
    const { userId, token } = await server.token({ scope: project, role: 'admin' });
    const target = await server.agent(project);
    const told = await ask({ policy: 'agent:ban', target }, token);
    expect([idsIn(told), told.hiddenCount]).toEqual([[userId], 1]);
    const { token: reader } = await server.token({ scope: { type: 'domain', domainId }, role: 'reader' });
    const byDomain = await ask({ policy: 'agent:ban', target }, reader);
    expect([idsIn(byDomain), byDomain.hiddenCount]).toEqual([[userId], 1]);
    expect(JSON.stringify(byDomain)).not.toContain(stranger);
  });

  test('hidden: a cursor behind many whom one may not know names none of them', async () => {
    const { domainId, project, reader } = await tenant();
    const made = Array.from({ length: 1100 }, () => newId('User'));
    const row = { domainId: foreign, passwordHash: '-', isEnabled: true, createdAt: server.services.clock.now() };
    await server.services.db.insert(users).values(asIds(made.map((id) => ({ ...row, id, name: id }))));
    await server.give({
      groupId: await server.group(domainId, 'guests', ...made),
      roleId: await server.roleId('member'),
      ...owner(project),
    });
    const target = await server.agent(project);
    const scope = { project: { id: project.projectId } };
    const page = await ask({ policy: 'agent:get', target, scope, first: 10 }, reader);
    expect([page.nodes, page.pageInfo.hasNextPage, page.hiddenCount]).toEqual([[], true, 500]);
    const cursor = Buffer.from(page.pageInfo.endCursor, 'base64url').toString();
    expect(made.filter((id) => cursor.includes(id))).toEqual([]);
  });

  test('hidden: a target or a scope of others answers as one that does not exist', async () => {
    const { project, reader } = await tenant();
    const away = await server.project(foreign);
    const agent = await server.agent(away);
    const compared = async (hidden: object, missing: object, token: string) => {
      const [one, two] = [await server.graphql(WHO_CAN, hidden, token), await server.graphql(WHO_CAN, missing, token)];
      expect([codeOf(one), one.comparable]).toEqual(['NOT_FOUND', two.comparable]);
    };
    await compared({ policy: 'agent:ban', target: agent }, { policy: 'agent:ban', target: newId('Agent') }, reader);
    // What a project owns is not reached by system scope.
    await compared(
      { policy: 'agent:ban', target: agent },
      { policy: 'agent:ban', target: newId('Agent') },
      systemReader,
    );
    const missing = { policy: 'agent:create', scope: { project: { id: newId('Project') } } };
    await compared({ policy: 'agent:create', scope: { project: { id: away.projectId } } }, missing, reader);
    await compared({ policy: 'agent:create', scope: { system: true } }, missing, reader);
    const { token } = await server.token({ scope: project, role: 'admin' });
    const sibling = await server.project(project.domainId);
    await compared({ policy: 'agent:create', scope: { project: { id: sibling.projectId } } }, missing, token);
  });

  test('invalid: neither target nor scope, another kind of target, no such policy', async () => {
    const { project, reader } = await tenant();
    const target = await server.agent(project);
    const codes = async (variables: object) => codeOf(await server.graphql(WHO_CAN, variables, reader));
    expect(await codes({ policy: 'agent:ban' })).toBe('BAD_USER_INPUT');
    expect(await codes({ policy: 'project:get', target })).toBe('BAD_USER_INPUT');
    expect(await codes({ policy: 'agent:create', target })).toBe('BAD_USER_INPUT');
    expect(await codes({ policy: 'agent:ban', target: 'agt_nothing' })).toBe('BAD_USER_INPUT');
    expect(await codes({ policy: 'agent:smile', target })).toBe('NOT_FOUND');
    expect(await codes({ policy: 'agent:ban', target, after: 'x' })).toBe('INVALID_CURSOR');
  });
});
