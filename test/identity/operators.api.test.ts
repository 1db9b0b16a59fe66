import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPERATORS_PROJECTS_MAX } from '../../src/identity/projects/index.js';
import { newId } from '../../src/platform/ids.js';
import { makeRows, type Rows } from '../contract/personas/rows.js';
import { codeOf, type Json, type RoleName, startTestServer, type TestServer } from '../harness/server.js';
import { EXPLAIN, PERMISSIONS, WHO_CAN } from './access-analysis/story.js';
import { asking } from './asking.js';

const SYSTEM = { type: 'system' } as const;

let server: TestServer;
let rows: Rows;
let ask: ReturnType<typeof asking>;
/** Tokens of the system. */
let system: Record<'admin' | 'manager' | 'reader', string>;
let domainId: string;
beforeAll(async () => {
  server = await startTestServer();
  rows = await makeRows(server);
  ask = asking(server);
  const token = async (role: RoleName) => (await server.token({ scope: SYSTEM, role })).token;
  system = { admin: await token('admin'), manager: await token('manager'), reader: await token('reader') };
  domainId = await server.domain('tenant');
}, 60_000);
afterAll(() => server.close());

type Project = Awaited<ReturnType<TestServer['project']>>;

const flag = async ({ projectId: id }: Project, isOperators: boolean, token = system.admin) => {
  const etag = await ask.etag('project', id, system.reader);
  return ask.send(
    'setProjectOperators',
    'project { id isOperators etag }',
    { project: { id }, etag, isOperators },
    token,
  );
};
const read = async (query: string, token: string, variables: object = {}): Promise<Json> =>
  (await server.graphql(query, variables, token)).body.data;
const AGENT = 'query ($id: ID!) { agent(ref: { id: $id }) { id } }';
const LIST = 'query ($id: ID!) { allowlist(ref: { id: $id }) { id } }';
const idsOf = (page: Json): string[] => page.nodes.map(({ id }: Json) => id);
const agentsSeen = async (token: string, filter: object = {}) =>
  idsOf(
    (await read('query ($f: AgentFilter) { agents(first: 200, filter: $f) { nodes { id } } }', token, { f: filter }))
      .agents,
  );

describe('Mutation.setProjectOperators', () => {
  test('ok, audited: an administrator of the system makes a project an operators’ project, and no longer', async () => {
    const project = await server.project(domainId);
    const done = await flag(project, true);
    expect(done.made.project).toMatchObject({ id: project.projectId, isOperators: true });
    expect(await ask.entriesOf(done.requestId)).toMatchObject([
      { action: 'PROJECT_OPERATORS_SET', policy: 'project:set_operators', details: { isOperators: true } },
    ]);
    const again = await flag(project, true);
    expect(again.made.project.etag).toBe(done.made.project.etag);
    expect(await ask.entriesOf(again.requestId)).toEqual([]);
    expect((await flag(project, false)).made.project.isOperators).toBe(false);
  });

  test('forbidden: a manager of the system, and who administers the domain or the project itself', async () => {
    const project = await server.project(domainId);
    const tenants = [{ type: 'domain', domainId } as const, project];
    for (const scope of tenants) {
      const { token } = await server.token({ scope, role: 'admin' });
      expect((await flag(project, true, token)).code).toBe('FORBIDDEN');
    }
    expect((await flag(project, true, system.manager)).code).toBe('FORBIDDEN');
    const { token } = await server.token({ scope: project, role: 'admin' });
    const query = 'query ($id: ID!) { project(ref: { id: $id }) { isOperators } }';
    expect((await read(query, token, { id: project.projectId })).project).toEqual({ isOperators: false });
  });

  test('forbidden: an API credential of an administrator of the system: it gains no rights', async () => {
    const { userId, token } = await server.token({ scope: SYSTEM, role: 'admin' });
    const create = `mutation ($input: CreateApiCredentialInput!) {
      createApiCredential(input: $input) { apiCredential { id } key } }`;
    const input = { name: userId, expiresAt: rows.expiresAt };
    const { apiCredential, key } = (await server.graphql(create, { input }, token)).body.data.createApiCredential;
    const issued = await ask.send('issueToken', 'token', { proof: { credential: { id: apiCredential.id, key } } });
    expect((await flag(await server.project(domainId), true, issued.made.token)).code).toBe('FORBIDDEN');
  });

  test('hidden: a project that does not exist; stale: one that changed since it was read', async () => {
    const missing = { project: { id: newId('Project') }, etag: 'x', isOperators: true };
    expect((await ask.send('setProjectOperators', 'project { id }', missing, system.admin)).code).toBe('NOT_FOUND');
    const { projectId: id } = await server.project(domainId);
    const stale = { project: { id }, etag: 'x', isOperators: true };
    expect((await ask.send('setProjectOperators', 'project { id }', stale, system.admin)).errors).toEqual([
      'STALE_ETAG etag: The object changed since this etag was read.',
    ]);
  });

  test('conflict: while a node’s agent is in it, it stays one', async () => {
    const project = await server.operatorsProject(domainId);
    await rows.nodesAgent(project, 'TRUSTED');
    expect((await flag(project, false)).errors).toEqual(['IN_USE project: The project still owns 1 agent of a node.']);
    await rows.nodesAgent(project, 'PENDING');
    expect((await flag(project, false)).errors).toEqual(['IN_USE project: The project still owns 2 agents of nodes.']);
    expect(await agentsSeen(system.reader, { projectIds: [project.projectId] })).toHaveLength(2);
  });

  test('refused: more of them than a list at system scope reads in order', async () => {
    const own = await startTestServer();
    const { token } = await own.token({ scope: SYSTEM, role: 'admin' });
    const home = await own.domain();
    for (let n = 0; n < OPERATORS_PROJECTS_MAX; n += 1) await own.operatorsProject(home);
    const { projectId: id } = await own.project(home);
    const etag = await asking(own).etag('project', id, token);
    const input = { project: { id }, etag, isOperators: true };
    const refused = await asking(own).send('setProjectOperators', 'project { id }', input, token);
    expect(refused.errors).toEqual([
      `LIMIT_REACHED isOperators: There are at most ${OPERATORS_PROJECTS_MAX} operators’ projects.`,
    ]);
    await own.close();
  });
});

describe('what an operators’ project owns', () => {
  test('ok: from the next request on a reader of the system reads it, until the project is one no more', async () => {
    const [project, other] = [await server.project(domainId), await server.project(domainId)];
    const id = await rows.agent(project, 'PENDING');
    const foreign = await rows.agent(other, 'PENDING');
    const list = (await rows.allowlist(project)).allowlist.id;
    const seen = async () => [
      codeOf(await server.graphql(AGENT, { id }, system.reader)),
      codeOf(await server.graphql(LIST, { id: list }, system.reader)),
      (await agentsSeen(system.reader)).includes(id),
      (await read('{ agentCounts { total } }', system.reader)).agentCounts.total > 0,
    ];
    await flag(project, true);
    expect((await seen()).slice(0, 3)).toEqual([undefined, undefined, true]);
    expect(codeOf(await server.graphql(AGENT, { id: foreign }, system.reader))).toBe('NOT_FOUND');
    expect(await agentsSeen(system.reader)).not.toContain(foreign);
    await flag(project, false);
    expect((await seen()).slice(0, 3)).toEqual(['NOT_FOUND', 'NOT_FOUND', false]);
  });

  test('ok: with no operators’ project at all, a list of agents at system scope is empty', async () => {
    const own = await startTestServer();
    const home = await own.domain();
    await own.agent(await own.project(home), { record: {} });
    const { token } = await own.token({ scope: SYSTEM, role: 'reader' });
    const { body } = await own.graphql('{ agents { nodes { id } } agentCounts { total } }', {}, token);
    expect(body).toEqual({ data: { agents: { nodes: [] }, agentCounts: { total: 0 } } });
    await own.close();
  });

  test('ok: pages at system scope go through all of them in one order, each agent once', async () => {
    const made: string[] = [];
    for (const project of [await server.operatorsProject(domainId), await server.operatorsProject(domainId)])
      for (let n = 0; n < 3; n += 1) made.push(await rows.agent(project, n === 0 ? 'FAILED' : 'PENDING'));
    const query = `query ($after: String, $f: AgentFilter) {
      agents(first: 2, after: $after, filter: $f) { nodes { id } pageInfo { hasNextPage endCursor } } }`;
    for (const filter of [{}, { states: ['FAILED', 'PENDING'] }]) {
      const told: string[] = [];
      for (let after: string | null = null, more = true; more; ) {
        const { agents }: Json = await read(query, system.reader, { after, f: filter });
        told.push(...idsOf(agents));
        [after, more] = [agents.pageInfo.endCursor, agents.pageInfo.hasNextPage];
      }
      expect(told).toEqual([...new Set(told)].sort());
      expect(told).toEqual(expect.arrayContaining(made));
    }
  });

  test('ok: managers of the system change, publish to and delete its lists; a reader does not', async () => {
    const project = await server.operatorsProject(domainId);
    const list = await rows.allowlist(project);
    const rename = (token: string) =>
      ask.send('updateAllowlist', 'allowlist { etag }', { ...list, description: 'reviewed' }, token);
    expect((await rename(system.reader)).code).toBe('FORBIDDEN');
    const { etag } = (await rename(system.manager)).made.allowlist;
    const revision = { allowlist: list.allowlist, etag, tpmPolicy: `{"0": ["${'2'.repeat(64)}"]}` };
    const published = await ask.send('publishAllowlistRevision', 'allowlist { etag }', revision, system.manager);
    expect(published.errors).toEqual([]);
    const gone = { allowlist: list.allowlist, etag: published.made.allowlist.etag };
    expect((await ask.send('deleteAllowlist', 'allowlistId', gone, system.manager)).errors).toEqual([]);
  });

  test('ok: to the project’s own people a flag gives nothing and takes nothing', async () => {
    const project = await server.project(domainId);
    await rows.agent(project, 'PENDING');
    const { userId, token } = await server.token({ scope: project, role: 'admin' });
    const held = async () => {
      const asked = { principal: { user: { id: userId } }, scope: { project: { id: project.projectId } } };
      return [
        await read(PERMISSIONS, token, asked),
        await agentsSeen(token),
        await read('{ allowlists { nodes { id } } }', token),
      ];
    };
    const before = await held();
    await flag(project, true);
    expect(await held()).toEqual(before);
    await flag(project, false);
  });

  test('hidden: a tenant of another project reads no more of it than before', async () => {
    const project = await server.operatorsProject(domainId);
    const id = await rows.agent(project, 'PENDING');
    for (const scope of [
      await server.project(domainId),
      { type: 'domain', domainId: await server.domain() } as const,
    ]) {
      const { token } = await server.token({ scope, role: 'admin' });
      expect(codeOf(await server.graphql(AGENT, { id }, token))).toBe('NOT_FOUND');
    }
  });
});

describe('questions about it', () => {
  test('ok: whoCan names who can at system scope for its agents, and for no others', async () => {
    const [project, other] = [await server.operatorsProject(domainId), await server.project(domainId)];
    const { userId } = await server.token({ scope: SYSTEM, role: 'admin' });
    const capable = async (target: string) => {
      const { whoCan } = await read(WHO_CAN, system.admin, {
        policy: 'agent:ban',
        target,
        scope: { system: true },
        first: 50,
      });
      return whoCan.nodes.map(({ user }: Json) => user?.id);
    };
    expect(await capable(await rows.agent(project, 'PENDING'))).toContain(userId);
    // Who may not read an agent asks nothing about it.
    const foreign = { policy: 'agent:ban', target: await rows.agent(other, 'PENDING'), scope: { system: true } };
    expect(codeOf(await server.graphql(WHO_CAN, foreign, system.admin))).toBe('NOT_FOUND');
  });

  test('ok: of a node’s agent, whoCan names nobody of the project, and explainDecision says why', async () => {
    const project = await server.operatorsProject(domainId);
    const { userId } = await server.token({ scope: project, role: 'admin' });
    const [plain, ofNode] = [await rows.agent(project, 'FAILED'), await rows.nodesAgent(project, 'FAILED')];
    const outcome = async (target: string) => {
      const asked = { principal: { user: { id: userId } }, scope: { project: { id: project.projectId } }, target };
      const { explainDecision } = await read(EXPLAIN, system.admin, { ...asked, policy: 'agent:reset' });
      const { nodes } = (await read(WHO_CAN, system.admin, { policy: 'agent:reset', target, first: 50 })).whoCan;
      return [explainDecision.outcome, explainDecision.obstacle, nodes.some(({ user }: Json) => user?.id === userId)];
    };
    expect(await outcome(plain)).toEqual(['ALLOWED', null, true]);
    expect(await outcome(ofNode)).toEqual(['FORBIDDEN', 'BOUNDARY', false]);
  });
});
