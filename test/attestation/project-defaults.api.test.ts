import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeRows, type Rows } from '../contract/personas/rows.js';
import {
  codeOf,
  type Json,
  type RoleName,
  startTestServer,
  type TestScope,
  type TestServer,
} from '../harness/server.js';
import { asking } from '../identity/asking.js';

const SYSTEM = { type: 'system' } as const;
type Project = Awaited<ReturnType<TestServer['project']>>;

let server: TestServer;
let rows: Rows;
let ask: ReturnType<typeof asking>;
let domainId: string;
beforeAll(async () => {
  server = await startTestServer();
  rows = await makeRows(server);
  ask = asking(server);
  domainId = await server.domain('tenant');
}, 60_000);
afterAll(() => server.close());

const tokenOf = async (scope: TestScope, role: RoleName) => (await server.token({ scope, role })).token;
const listOf = async (owner: Parameters<Rows['allowlist']>[0]) => (await rows.allowlist(owner)).allowlist.id;

async function setDefault({ projectId: id }: Project, allowlist: string | null, token: string) {
  const etag = await ask.etag('project', id, await tokenOf(SYSTEM, 'reader'));
  const input = { project: { id }, etag, allowlist: allowlist && { id: allowlist } };
  return ask.send('setProjectDefaults', 'project { etag defaultAllowlist { id } }', input, token);
}

async function boundTo(token: string, more: object = {}): Promise<Json> {
  const input = { name: `machine-${Math.random()}`, ...more };
  const { made, errors } = await ask.send('createAgent', 'agent { allowlist { id } }', input, token);
  expect(errors).toEqual([]);
  return made.agent.allowlist?.id ?? null;
}

describe('Mutation.setProjectDefaults', () => {
  test('ok, audited: new agents get the list of the project, unless they name one or none', async () => {
    const project = await server.project(domainId);
    const [manager, member] = [await tokenOf(project, 'manager'), await tokenOf(project, 'member')];
    const [own, ofSystem] = [await listOf(project), await listOf(SYSTEM)];
    expect(await boundTo(member)).toBeNull();
    const done = await setDefault(project, own, manager);
    expect(done.made.project.defaultAllowlist).toEqual({ id: own });
    expect(await ask.entriesOf(done.requestId)).toMatchObject([
      { action: 'PROJECT_DEFAULTS_SET', policy: 'project:set_defaults', details: { allowlistId: own } },
    ]);
    expect(await boundTo(member)).toBe(own);
    expect(await boundTo(member, { allowlist: null })).toBeNull();
    expect(await boundTo(member, { allowlist: { id: ofSystem } })).toBe(ofSystem);
    const again = await setDefault(project, own, manager);
    expect([again.made.project.etag, await ask.entriesOf(again.requestId)]).toEqual([done.made.project.etag, []]);
    expect((await setDefault(project, ofSystem, manager)).made.project.defaultAllowlist).toEqual({ id: ofSystem });
    expect((await setDefault(project, null, manager)).made.project.defaultAllowlist).toBeNull();
    expect(await boundTo(member)).toBeNull();
  });

  test('ok: what is absent stays; stale: a project that changed since it was read', async () => {
    const project = await server.project(domainId);
    const manager = await tokenOf(project, 'manager');
    const list = await listOf(project);
    const { etag } = (await setDefault(project, list, manager)).made.project;
    const send = (input: object) =>
      ask.send(
        'setProjectDefaults',
        'project { defaultAllowlist { id } }',
        { project: { id: project.projectId }, ...input },
        manager,
      );
    expect((await send({ etag })).made.project.defaultAllowlist).toEqual({ id: list });
    await setDefault(project, null, manager);
    expect((await send({ etag, allowlist: { id: list } })).errors).toEqual([
      'STALE_ETAG etag: The object changed since this etag was read.',
    ]);
  });

  test('forbidden: a member; the domain; the system, unless operators own the project', async () => {
    const [project, operators] = [await server.project(domainId), await server.operatorsProject(domainId)];
    const list = await listOf(SYSTEM);
    for (const [scope, role] of [
      [project, 'member'],
      [{ type: 'domain', domainId }, 'admin'],
      [SYSTEM, 'admin'],
    ] as const)
      expect((await setDefault(project, list, await tokenOf(scope, role))).code).toBe('FORBIDDEN');
    const set = await setDefault(operators, list, await tokenOf(SYSTEM, 'manager'));
    expect(set.made.project.defaultAllowlist).toEqual({ id: list });
  });

  test('hidden: another tenant’s list and project; invalid: a list that the project’s own people do not find', async () => {
    const [project, sibling] = [await server.project(domainId), await server.project(domainId)];
    const manager = await tokenOf(project, 'manager');
    expect((await setDefault(project, await listOf(sibling), manager)).code).toBe('NOT_FOUND');
    expect((await setDefault(sibling, await listOf(project), manager)).code).toBe('NOT_FOUND');
    const [one, two] = [await server.operatorsProject(domainId), await server.operatorsProject(domainId)];
    const refused = await setDefault(one, await listOf(two), await tokenOf(SYSTEM, 'manager'));
    expect(refused.errors).toEqual([
      expect.stringMatching(/^INVALID allowlist: The allowlist is one of another owner/),
    ]);
  });

  test('hidden: the default is null to who may read the project and not the list', async () => {
    const project = await server.project(domainId);
    await setDefault(project, await listOf(project), await tokenOf(project, 'manager'));
    const query = 'query ($id: ID!) { project(ref: { id: $id }) { id defaultAllowlist { id } } }';
    const { body } = await server.graphql(query, { id: project.projectId }, await tokenOf(SYSTEM, 'admin'));
    expect(body).toEqual({ data: { project: { id: project.projectId, defaultAllowlist: null } } });
  });

  test('conflict: a list stays while it is a default, and the deletion says of how many projects', async () => {
    const owner = { type: 'domain', domainId } as const;
    const [one, two] = [await server.project(domainId), await server.project(domainId)];
    const { allowlist, etag } = await rows.allowlist(owner);
    const remove = async () =>
      ask.send('deleteAllowlist', 'allowlistId', { allowlist, etag }, await tokenOf(owner, 'manager'));
    for (const project of [one, two]) await setDefault(project, allowlist.id, await tokenOf(project, 'manager'));
    expect((await remove()).errors).toEqual(['IN_USE allowlist: It is the default of 2 projects.']);
    await setDefault(two, null, await tokenOf(two, 'manager'));
    expect((await remove()).errors).toEqual(['IN_USE allowlist: It is the default of 1 project.']);
    const bound = await boundTo(await tokenOf(one, 'member'));
    expect(bound).toBe(allowlist.id);
    expect((await remove()).errors).toEqual([expect.stringMatching(/^IN_USE allowlist: Agents are bound/)]);
  });

  test('ok: a project goes with its defaults', async () => {
    const project = await server.project(domainId);
    await setDefault(project, await listOf(SYSTEM), await tokenOf(project, 'manager'));
    const token = await tokenOf({ type: 'domain', domainId }, 'manager');
    const etag = await ask.etag('project', project.projectId, token);
    const gone = await ask.send('deleteProject', 'projectId', { project: { id: project.projectId }, etag }, token);
    expect(gone.errors).toEqual([]);
    expect(codeOf(await server.graphql('{ viewer { roles } }', {}, token))).toBeUndefined();
  });
});
