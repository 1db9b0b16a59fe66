import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newToken } from '../../src/identity/tokens/authenticate.js';
import { newId } from '../../src/platform/ids.js';
import { codeOf, type RoleName, startTestServer, type TestScope, type TestServer } from '../harness/server.js';

const LOG_IN = `mutation ($user: String!, $password: String!, $newPassword: String, $scope: ScopeRef) {
  issueToken(input: {
    proof: { password: { user: $user, password: $password, newPassword: $newPassword } }, scope: $scope }) {
    token expiresAt userErrors { code } } }`;
const VIEWER = '{ viewer { kind scope { type } roles } }';
const PROJECT = 'query ($id: ID!) { project(ref: { id: $id }) { id name } }';
const CREATE_PROJECT = `mutation ($input: CreateProjectInput!) {
  createProject(input: $input) { project { id name } userErrors { code path } } }`;
const GRANT = `mutation ($input: GrantRoleInput!) {
  grantRole(input: $input) { roleAssignment { id role } userErrors { code path } } }`;

let server: TestServer;
let home: string;
beforeAll(async () => {
  server = await startTestServer();
  home = await server.defaultDomainId();
}, 60_000);
afterAll(() => server.close());

const tokenOf = async (scope: TestScope, role: RoleName) => (await server.token({ scope, role })).token;

describe('logging in', () => {
  test('ok: the password of the first start and another give a token for a scope that is held', async () => {
    const password = readFileSync(server.adminPasswordPath, 'utf8').trim();
    const proof = { user: 'admin', password, newPassword: 'correct horse battery' };
    const answer = await server.graphql(LOG_IN, { ...proof, scope: { system: true } });
    expect(answer.status).toBe(200);
    const { token } = answer.body.data.issueToken;
    const { viewer } = (await server.graphql(VIEWER, {}, token)).body.data;
    expect(viewer).toMatchObject({ kind: 'USER', scope: { type: 'SYSTEM' } });
    expect([...viewer.roles].sort()).toEqual(['admin', 'manager', 'member', 'reader']);
  });

  test('refused: a wrong password and an unknown user answer alike', async () => {
    const wrong = await server.graphql(LOG_IN, { user: 'admin', password: 'not the password' });
    const unknown = await server.graphql(LOG_IN, { user: 'nobody', password: 'not the password' });
    expect(codeOf(wrong)).toBe('UNAUTHENTICATED');
    expect(unknown.comparable).toBe(wrong.comparable);
    expect(unknown.status).toBe(wrong.status);
  });
});

describe('tokens', () => {
  test('refused: unknown, malformed and expired tokens all answer UNAUTHENTICATED, alike', async () => {
    const expired = await server.token({ scope: { type: 'system' }, role: 'reader', expiresAt: new Date(0) });
    const answers = await Promise.all(
      [newToken(), 'rubbish', '', expired.token].map((token) => server.graphql(VIEWER, {}, token)),
    );
    for (const answer of answers) expect([answer.status, codeOf(answer)]).toEqual([401, 'UNAUTHENTICATED']);
    expect(new Set(answers.map(({ comparable }) => comparable)).size).toBe(1);
  });

  test('refused: a revoked token stops at once', async () => {
    const token = await tokenOf({ type: 'system' }, 'reader');
    const revoked = await server.graphql('mutation { revokeToken(input: {}) { tokenId } }', {}, token);
    expect(revoked.body.data.revokeToken.tokenId).toMatch(/^tok_/);
    expect(codeOf(await server.graphql(VIEWER, {}, token))).toBe('UNAUTHENTICATED');
  });

  test('refused: a token of another scope type answers FORBIDDEN and names the scopes that would do', async () => {
    const token = await tokenOf(await server.project(home), 'admin');
    const answer = await server.graphql(CREATE_PROJECT, { input: { name: 'p' } }, token);
    expect(answer.body.errors[0].extensions).toMatchObject({
      code: 'FORBIDDEN',
      reason: 'WRONG_SCOPE',
      scopeTypes: ['domain'],
    });
  });

  test('refused: the right scope with too low a role answers FORBIDDEN without WRONG_SCOPE', async () => {
    const token = await tokenOf({ type: 'domain', domainId: home }, 'member');
    const answer = await server.graphql(CREATE_PROJECT, { input: { name: 'p' } }, token);
    expect(answer.body.errors[0].extensions).toMatchObject({ code: 'FORBIDDEN', policy: 'project:create' });
    expect(answer.body.errors[0].extensions.reason).toBeUndefined();
  });
});

describe('what may not be read', () => {
  test('refused: a project of a foreign domain and one that never was answer byte for byte alike', async () => {
    const foreign = await server.project(await server.domain());
    const token = await tokenOf({ type: 'domain', domainId: home }, 'admin');
    const hidden = await server.graphql(PROJECT, { id: foreign.projectId }, token);
    const missing = await server.graphql(PROJECT, { id: newId('Project') }, token);
    const malformed = await server.graphql(PROJECT, { id: 'no id at all' }, token);
    expect(codeOf(hidden)).toBe('NOT_FOUND');
    expect(missing.comparable).toBe(hidden.comparable);
    expect(malformed.comparable).toBe(hidden.comparable);
  });
});

describe('giving roles', () => {
  test('ok: whoever becomes admin of a fresh domain makes projects and users there and gives roles on them', async () => {
    const system = await tokenOf({ type: 'system' }, 'admin');
    const made = await server.graphql(
      'mutation { createDomain(input: { name: "fresh" }) { domain { id } } }',
      {},
      system,
    );
    const domainId: string = made.body.data.createDomain.domain.id;
    const userId = await server.user(home);
    const input = { user: { id: userId }, role: { name: 'admin' }, scope: { domain: { name: 'fresh' } } };
    const granted = await server.graphql(GRANT, { input }, system);
    expect(granted.body.data.grantRole).toMatchObject({ roleAssignment: { role: 'admin' }, userErrors: [] });

    const { token } = await server.token({ scope: { type: 'domain', domainId }, userId });
    const project = await server.graphql(CREATE_PROJECT, { input: { name: 'first' } }, token);
    const { id: projectId } = project.body.data.createProject.project;
    const user = await server.graphql(
      'mutation { createUser(input: { name: "ann", password: "correct horse battery" }) { user { id } } }',
      {},
      token,
    );
    const onProject = {
      user: { id: user.body.data.createUser.user.id },
      role: { name: 'manager' },
      scope: { project: { id: projectId } },
    };
    const inside = await server.graphql(GRANT, { input: onProject }, token);
    expect(inside.body.data.grantRole.roleAssignment.role).toBe('manager');
  });

  test('refused: nobody gives what they do not hold', async () => {
    const token = await tokenOf({ type: 'domain', domainId: home }, 'manager');
    const user = { id: await server.user(home) };
    const scope = { domain: { id: home } };
    expect(codeOf(await server.graphql(GRANT, { input: { user, role: { name: 'admin' }, scope } }, token))).toBe(
      'FORBIDDEN',
    );
    const member = await server.graphql(GRANT, { input: { user, role: { name: 'member' }, scope } }, token);
    expect(member.body.data.grantRole.roleAssignment.role).toBe('member');
    const again = await server.graphql(GRANT, { input: { user, role: { name: 'member' }, scope } }, token);
    expect(again.body.data.grantRole.userErrors).toMatchObject([{ code: 'ALREADY_EXISTS' }]);
  });

  test('refused: a scope of another domain answers as a scope that does not exist', async () => {
    const token = await tokenOf({ type: 'domain', domainId: home }, 'admin');
    const user = { id: await server.user(home) };
    const role = { name: 'reader' };
    const give = (id: string) => server.graphql(GRANT, { input: { user, role, scope: { domain: { id } } } }, token);
    const hidden = await give(await server.domain());
    expect(codeOf(hidden)).toBe('NOT_FOUND');
    expect((await give(newId('Domain'))).comparable).toBe(hidden.comparable);
    const system = await server.graphql(GRANT, { input: { user, role, scope: { system: true } } }, token);
    expect(codeOf(system)).toBe('NOT_FOUND');
  });

  test('refused: a member gives nothing, and a project token is of the wrong scope', async () => {
    const input = { user: { id: await server.user(home) }, role: { name: 'reader' }, scope: { domain: { id: home } } };
    const member = await server.graphql(GRANT, { input }, await tokenOf({ type: 'domain', domainId: home }, 'member'));
    expect(codeOf(member)).toBe('FORBIDDEN');
    const project = await server.graphql(GRANT, { input }, await tokenOf(await server.project(home), 'admin'));
    expect(project.body.errors[0].extensions.reason).toBe('WRONG_SCOPE');
  });
});

describe('request ids', () => {
  test('ok: a retry answers the first result; refused: another input under the same id', async () => {
    const token = await tokenOf({ type: 'domain', domainId: home }, 'admin');
    const create = (name: string) => server.graphql(CREATE_PROJECT, { input: { name, requestId: 'r-1' } }, token);
    const first = await create('once');
    expect(first.body.data.createProject.project.name).toBe('once');
    expect((await create('once')).comparable).toBe(first.comparable);
    const reused = (await create('twice')).body.data.createProject;
    expect(reused).toMatchObject({
      project: null,
      userErrors: [{ code: 'REQUEST_ID_REUSED', path: ['input', 'requestId'] }],
    });
  });

  test('ok: another mutation has request ids of its own; refused: the same input in another scope', async () => {
    const scope = { type: 'domain', domainId: home } as const;
    const { token, userId } = await server.token({ scope, role: 'admin' });
    const input = { name: 'alike', requestId: 'r-2' };
    const createGroup = `mutation ($input: CreateGroupInput!) {
      createGroup(input: $input) { group { id } userErrors { code path } } }`;
    const project = (await server.graphql(CREATE_PROJECT, { input }, token)).body.data.createProject.project;
    const group = (await server.graphql(createGroup, { input }, token)).body.data.createGroup.group;
    expect([project.id, group.id]).toEqual([expect.stringMatching(/^prj_/), expect.stringMatching(/^grp_/)]);
    const elsewhere = { type: 'domain', domainId: await server.domain() } as const;
    const there = await server.token({ scope: elsewhere, role: 'admin', userId });
    expect((await server.graphql(createGroup, { input }, there.token)).body.data.createGroup).toEqual({
      group: null,
      userErrors: [{ code: 'REQUEST_ID_REUSED', path: ['input', 'requestId'] }],
    });
  });
});

describe('hostile documents', () => {
  test('refused: without a token, an unknown field and a known one tell nothing about the schema', async () => {
    const unknown = await server.graphql('{ noSuchField }');
    const almost = await server.graphql('{ projekt(id: "x") { id } }');
    const known = await server.graphql('{ project(ref: { id: "x" }) { id } }');
    for (const answer of [unknown, almost, known]) {
      expect(codeOf(answer)).toBe('UNAUTHENTICATED');
      expect(answer.comparable).not.toMatch(/Did you mean|Cannot query/);
    }
    for (const query of ['{ __schema { types { name } } }', '{ ... { __schema { types { name } } } }']) {
      expect(codeOf(await server.graphql(query))).toBe('UNAUTHENTICATED');
    }
  });

  test('invalid: too deep, too many aliases, too many root fields', async () => {
    const token = await tokenOf({ type: 'system' }, 'reader');
    const message = async (query: string) => (await server.graphql(query, {}, token)).body.errors[0].message;
    const deep = `{ viewer { agent ${'{ project { domain { id } } lastResult { agent '.repeat(6)} { id } ${'} }'.repeat(6)} } }`;
    expect(await message(deep)).toContain('levels deep');
    const aliases = Array.from({ length: 61 }, (_, i) => `a${i}: kind`).join(' ');
    expect(await message(`{ viewer { ${aliases} } }`)).toContain('aliases');
    const roots = Array.from({ length: 21 }, (_, i) => `a${i}: viewer { kind }`).join(' ');
    expect(await message(`{ ${roots} }`)).toContain('root fields');
  });

  test('invalid: a body that is too large, and one that is not JSON', async () => {
    const large = await server.graphql(`{ viewer { kind } } # ${'x'.repeat(1024 * 1024)}`);
    expect([large.status, codeOf(large)]).toEqual([400, 'BAD_USER_INPUT']);
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query": ',
    });
    expect(response.status).toBe(400);
  });
});
