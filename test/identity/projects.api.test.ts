import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/platform/ids.js';
import { makeRows, type Rows } from '../contract/personas/rows.js';
import { codeOf, startTestServer, type TestServer } from '../harness/server.js';
import { asking } from './asking.js';

const SYSTEM = { type: 'system' } as const;
const VIEWER = '{ viewer { roles } }';

let server: TestServer;
let rows: Rows;
let ask: ReturnType<typeof asking>;
let root: string;
beforeAll(async () => {
  server = await startTestServer();
  rows = await makeRows(server);
  ask = asking(server);
  root = (await server.token({ scope: SYSTEM, role: 'admin' })).token;
}, 60_000);
afterAll(() => server.close());

const createProject = (name: string, parentId: string | null, token: string) =>
  ask.send(
    'createProject',
    'project { id parent { id } }',
    { name, ...(parentId && { parent: { id: parentId } }) },
    token,
  );

describe('Mutation.createProject', () => {
  test('ok: projects nest five deep; refused: a sixth, with where that is said', async () => {
    const { token } = await ask.tenant();
    let parent: string | null = null;
    for (const name of ['1', '2', '3', '4', '5']) {
      const { made }: { made: { project: { id: string; parent: { id: string } | null } } } = await createProject(
        name,
        parent,
        token,
      );
      expect(made.project.parent?.id ?? null).toBe(parent);
      parent = made.project.id;
    }
    const { made, errors } = await createProject('6', parent, token);
    expect([made.project, errors]).toEqual([null, ['LIMIT_REACHED parent: Projects nest at most 5 deep.']]);
  });

  test('ok: a list shows the projects directly in another', async () => {
    const { token } = await ask.tenant();
    const top = (await createProject('top', null, token)).made.project.id;
    const below = (await createProject('below', top, token)).made.project.id;
    await createProject('lowest', below, token);
    const query = 'query ($ids: [ID!]) { projects(filter: { parentIds: $ids }) { nodes { id } } }';
    const { nodes } = (await server.graphql(query, { ids: [top] }, token)).body.data.projects;
    expect(nodes).toEqual([{ id: below }]);
  });

  test('hidden: a parent in another domain is answered like one that does not exist', async () => {
    const { token } = await ask.tenant();
    const foreign = await server.project(await server.domain());
    const hidden = await createProject('p', foreign.projectId, token);
    expect(hidden.code).toBe('NOT_FOUND');
    expect((await createProject('p', newId('Project'), token)).comparable).toBe(hidden.comparable);
  });

  test('limit: a domain has at most 10,000 projects', async () => {
    const { domainId, token } = await ask.tenant();
    await server.services.db.execute(sql`insert into projects (id, domain_id, name, created_at)
      select 'prj_many-' || n, ${domainId}, 'p' || n, now() from generate_series(1, 10000) n`);
    const { errors } = await createProject('one more', null, token);
    expect(errors).toEqual(['LIMIT_REACHED : A domain has at most 10000 projects.']);
  });
});

describe('Mutation.updateProject', () => {
  test('ok: a name is changed, a text left or cleared; stale: what was read before that', async () => {
    const { token, domainId } = await ask.tenant();
    const { projectId } = await server.project(domainId);
    const update = (input: object) =>
      ask.send('updateProject', 'project { name description etag }', { project: { id: projectId }, ...input }, token);
    const etag = await ask.etag('project', projectId, token);
    const first = await update({ etag, name: 'renamed', description: 'for tests' });
    expect(first.made.project).toMatchObject({ name: 'renamed', description: 'for tests' });
    expect((await update({ etag, name: 'again' })).errors).toEqual([expect.stringMatching(/^STALE_ETAG etag:/)]);
    const cleared = await update({ etag: first.made.project.etag, description: null });
    expect(cleared.made.project).toMatchObject({ name: 'renamed', description: null });
    expect((await ask.entriesOf(first.requestId))[0]).toMatchObject({
      action: 'PROJECT_UPDATED',
      details: { newName: 'renamed', changed: ['name', 'description'] },
    });
  });

  test('conflict: a name that is taken; invalid: none at all', async () => {
    const { token, domainId } = await ask.tenant();
    await server.project(domainId, 'taken');
    const { projectId } = await server.project(domainId);
    const etag = await ask.etag('project', projectId, token);
    const rename = async (name: string | null) =>
      (await ask.send('updateProject', 'project { id }', { project: { id: projectId }, etag, name }, token)).errors[0];
    expect(await rename('taken')).toMatch(/^ALREADY_EXISTS name:/);
    expect(await rename(null)).toMatch(/^INVALID name:/);
  });

  test('hidden: a project of another domain, like one that does not exist', async () => {
    const { token } = await ask.tenant('admin');
    const { projectId } = await server.project(await server.domain());
    const update = (id: string) => ask.send('updateProject', 'project { id }', { project: { id }, etag: '' }, token);
    const hidden = await update(projectId);
    expect(hidden.code).toBe('NOT_FOUND');
    expect((await update(newId('Project'))).comparable).toBe(hidden.comparable);
  });
});

describe('Mutation.deleteProject', () => {
  const remove = async (id: string, token: string, etag?: string) =>
    ask.send(
      'deleteProject',
      'projectId',
      { project: { id }, etag: etag ?? (await ask.etag('project', id, token)) },
      token,
    );

  test('ok: what hangs on it goes along, and is counted in the audit log', async () => {
    const { token, domainId, userId } = await ask.tenant();
    const project = await server.project(domainId);
    const member = await server.token({ scope: project, role: 'member' });
    const { body } = await server.graphql(
      'mutation ($token: String!, $id: ID!) { issueToken(input: { proof: { token: $token }, scope: { project: { id: $id } } }) { token } }',
      { token: member.token, id: project.projectId },
    );
    await ask.credential(userId, project);
    const { made, requestId } = await remove(project.projectId, token);
    expect(made.projectId).toBe(project.projectId);
    for (const gone of [member.token, body.data.issueToken.token]) {
      expect(codeOf(await server.graphql(VIEWER, {}, gone))).toBe('UNAUTHENTICATED');
    }
    expect(await ask.entriesOf(requestId)).toMatchObject([
      { action: 'PROJECT_DELETED', details: { removed: { roleAssignments: 1, tokens: 2, apiCredentials: 1 } } },
    ]);
  });

  test('refused: one that owns something, which is counted', async () => {
    const { token, domainId } = await ask.tenant();
    const project = await server.project(domainId);
    await createProject('inside', project.projectId, token);
    await rows.agent(project, 'PENDING');
    await rows.agent(project, 'RETIRED');
    await rows.allowlist(project);
    const { made, errors } = await remove(project.projectId, token);
    expect(made.projectId).toBeNull();
    expect(errors).toEqual(['IN_USE project: The project still owns 1 project, 2 agents, 1 allowlist.']);
  });

  test('refused and audited: by who could not take away what is held on it; nothing is gone', async () => {
    const { token, domainId } = await ask.tenant();
    const project = await server.project(domainId);
    const chief = await server.token({ scope: project, role: 'admin' });
    const { code, requestId } = await remove(project.projectId, token);
    expect(code).toBe('FORBIDDEN');
    expect(await ask.entriesOf(requestId)).toMatchObject([{ outcome: 'DENIED', policy: 'assignment:grant' }]);
    expect((await server.graphql(VIEWER, {}, chief.token)).body.data.viewer.roles).toContain('admin');
  });

  test('refused: one that only a foreign key says is used', async () => {
    const { token, domainId } = await ask.tenant();
    const { projectId } = await server.project(domainId);
    const { db } = server.services;
    await db.execute(sql`create table unforeseen (project_id text references projects (id))`);
    await db.execute(sql`insert into unforeseen values (${projectId})`);
    const { errors } = await remove(projectId, token);
    expect(errors).toEqual(['IN_USE project: Something else still uses the project.']);
  });

  test('stale: one that changed since it was read', async () => {
    const { token, domainId } = await ask.tenant();
    const { projectId } = await server.project(domainId);
    const etag = await ask.etag('project', projectId, token);
    await ask.send('updateProject', 'project { id }', { project: { id: projectId }, etag, name: 'changed' }, token);
    expect((await remove(projectId, token, etag)).errors[0]).toMatch(/^STALE_ETAG etag:/);
  });

  test('refused: by the system’s administrator, whose token is of another scope', async () => {
    const { projectId } = await server.project(await server.domain());
    expect((await remove(projectId, root)).code).toBe('FORBIDDEN');
  });
});
