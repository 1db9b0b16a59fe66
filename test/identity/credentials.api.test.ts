import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/platform/ids.js';
import { basic, codeOf, type Json, type RoleName, startTestServer, type TestServer } from '../harness/server.js';

const CREATE = `mutation ($input: CreateApiCredentialInput!) { createApiCredential(input: $input) {
  apiCredential { id name roles allowedPolicies scope { type project { id } } user { id } } key alreadyIssued
  userErrors { code message path } } }`;
const DELETE = `mutation ($id: ID!) {
  deleteApiCredential(input: { apiCredentialId: $id }) { apiCredentialId userErrors { code } } }`;
const LIST = '{ apiCredentials { nodes { id name } } }';
const ISSUE = `mutation ($input: IssueTokenInput!) {
  issueToken(input: $input) { token expiresAt userErrors { code message path } } }`;
const VIEWER = '{ viewer { scope { type } roles expiresAt permissions } }';
const DAY_MS = 86_400_000;

/** A clock that goes on by itself, and further where a test moves it. */
const clock = { aheadMs: 0, now: () => new Date(Date.now() + clock.aheadMs) };
const inDays = (days: number) => new Date(clock.now().getTime() + days * DAY_MS).toISOString();

let server: TestServer;
let home: string;
beforeAll(async () => {
  server = await startTestServer({ clock });
  home = await server.defaultDomainId();
}, 60_000);
afterAll(() => server.close());

let names = 0;
const wanted = (more: object = {}) => ({ name: `script-${++names}`, expiresAt: inDays(30), ...more });

/** Somebody with a role on a new project. */
async function somebody(role: RoleName = 'member') {
  const scope = await server.project(home);
  return { scope, ...(await server.token({ scope, role })) };
}

async function made(token: string, more: object = {}): Promise<{ id: string; key: string; shown: string }> {
  const { createApiCredential: payload } = (await server.graphql(CREATE, { input: wanted(more) }, token)).body.data;
  expect(payload.userErrors).toEqual([]);
  const { id } = payload.apiCredential;
  return { id, key: payload.key, shown: basic({ id, key: payload.key }) };
}

const errorsOf = async (token: string, input: object): Promise<Json> =>
  (await server.graphql(CREATE, { input }, token)).body.data.createApiCredential.userErrors;

describe('Mutation.createApiCredential', () => {
  test('ok: a key for the token’s scope and roles, shown once', async () => {
    const { scope, token, userId } = await somebody();
    const input = wanted({ requestId: 'r1', roles: ['Reader'], allowedPolicies: ['agent:get', 'agent:get'] });
    const first = (await server.graphql(CREATE, { input }, token)).body.data.createApiCredential;
    expect(first).toMatchObject({
      apiCredential: {
        roles: ['reader'],
        allowedPolicies: ['agent:get'],
        scope: { type: 'PROJECT', project: { id: scope.projectId } },
        user: { id: userId },
      },
      alreadyIssued: false,
    });
    expect(first.key).toMatch(/^bwk_[A-Za-z0-9_-]{43}$/);
    const again = (await server.graphql(CREATE, { input }, token)).body.data.createApiCredential;
    expect(again).toMatchObject({ key: null, alreadyIssued: true, apiCredential: { id: first.apiCredential.id } });
    expect((await server.graphql(LIST, {}, token)).body.data.apiCredentials.nodes).toHaveLength(1);
  });

  test.each<[string, object, string[]]>([
    ['a role that the token does not hold', { roles: ['admin'] }, ['roles']],
    ['no role', { roles: [] }, ['roles']],
    ['an expiry that is past', { expiresAt: '2020-01-01T00:00:00Z' }, ['expiresAt']],
    ['an expiry past a year', { expiresAt: inDays(400) }, ['expiresAt']],
    ['an unknown policy', { allowedPolicies: ['agent:get', 'agent:fly'] }, ['allowedPolicies', '1']],
    ['a policy that is for no credential', { allowedPolicies: ['api_credential:create'] }, ['allowedPolicies', '0']],
    ['a policy of another scope', { allowedPolicies: ['domain:create'] }, ['allowedPolicies', '0']],
    ['an empty list of policies', { allowedPolicies: [] }, ['allowedPolicies']],
    ['very many policies', { allowedPolicies: Array(1001).fill('agent:get') }, ['allowedPolicies']],
    ['very many roles', { roles: Array(1001).fill('member') }, ['roles']],
    ['a name that looks like nothing', { name: ' ' }, ['name']],
  ])('invalid: %s', async (_what, more, path) => {
    const { token } = await somebody();
    expect(await errorsOf(token, wanted(more))).toMatchObject([{ code: 'INVALID', path: ['input', ...path] }]);
  });

  test('conflict: a name of one’s own is taken, until it is deleted; others may use it', async () => {
    const { token } = await somebody();
    const { id } = await made(token, { name: 'nightly' });
    expect(await errorsOf(token, wanted({ name: 'nightly' }))).toMatchObject([{ code: 'ALREADY_EXISTS' }]);
    await made((await somebody()).token, { name: 'nightly' });
    expect((await server.graphql(DELETE, { id }, token)).body.data.deleteApiCredential.apiCredentialId).toBe(id);
    await made(token, { name: 'nightly' });
  });

  test('refused: more than fifty', async () => {
    const { token } = await somebody();
    for (let count = 0; count < 50; count++) await made(token);
    expect(await errorsOf(token, wanted())).toMatchObject([{ code: 'LIMIT_REACHED' }]);
  });

  test('wrong scope: an unscoped token', async () => {
    const { token } = await server.token({ scope: { type: 'unscoped' } });
    const answer = await server.graphql(CREATE, { input: wanted() }, token);
    expect(answer.body.errors[0].extensions).toMatchObject({ code: 'FORBIDDEN', reason: 'WRONG_SCOPE' });
  });
});

describe('a request with an API credential', () => {
  test('ok: acts as its user, in its scope, until it expires', async () => {
    const { token } = await somebody('manager');
    const { shown } = await made(token, { roles: ['member', 'reader'], expiresAt: inDays(2) });
    const { viewer } = (await server.graphql(VIEWER, {}, shown)).body.data;
    expect([viewer.scope.type, viewer.roles]).toEqual(['PROJECT', ['member', 'reader']]);
    clock.aheadMs += 3 * DAY_MS;
    expect(codeOf(await server.graphql(VIEWER, {}, shown))).toBe('UNAUTHENTICATED');
  });

  test('unauthenticated: unknown, wrong, malformed, expired, deleted and of a disabled user, all alike', async () => {
    const one = await somebody();
    const good = await made(one.token);
    const gone = await made(one.token);
    await server.graphql(DELETE, { id: gone.id }, one.token);
    const another = await somebody();
    const disabled = await made(another.token);
    const { token: admin } = await server.token({ scope: { type: 'system' }, role: 'admin' });
    const disable = 'mutation ($id: ID!) { disableUser(input: { user: { id: $id } }) { user { isEnabled } } }';
    const done = await server.graphql(disable, { id: another.userId }, admin);
    expect(done.body.data.disableUser.user.isEnabled).toBe(false);
    const wrong = { ...good, key: `bwk_${'A'.repeat(43)}` };
    const shown = [
      basic(wrong),
      basic({ ...good, id: newId('ApiCredential') }),
      basic({ id: good.id, key: '' }),
      basic({ id: 'nonsense\0', key: good.key }),
      'Basic ####',
      basic(gone),
      basic(disabled),
    ];
    const answers = await Promise.all(shown.map((header) => server.graphql(VIEWER, {}, header)));
    for (const answer of answers) expect([answer.status, codeOf(answer)]).toEqual([401, 'UNAUTHENTICATED']);
    expect(new Set(answers.map(({ comparable }) => comparable)).size).toBe(1);
    expect((await server.graphql(VIEWER, {}, good.shown)).status).toBe(200);
  });

  test('ok: what a role gives ends at once when its user loses the role', async () => {
    const { token, userId } = await somebody();
    const { shown } = await made(token);
    const { token: admin } = await server.token({ scope: { type: 'system' }, role: 'admin' });
    const held = `{ roleAssignments(filter: { userIds: ["${userId}"] }) { nodes { id } } }`;
    const [{ id }] = (await server.graphql(held, {}, admin)).body.data.roleAssignments.nodes;
    const revoke = 'mutation ($id: ID!) { revokeRole(input: { roleAssignmentId: $id }) { roleAssignmentId } }';
    expect((await server.graphql(revoke, { id }, admin)).body.data.revokeRole.roleAssignmentId).toBe(id);
    expect((await server.graphql(VIEWER, {}, shown)).body.data.viewer.roles).toEqual([]);
    expect(codeOf(await server.graphql('{ agents { nodes { id } } }', {}, shown))).toBe('FORBIDDEN');
  });
});

describe('a token of an API credential', () => {
  const exchange = (proof: object, more: object = {}) => server.graphql(ISSUE, { input: { proof, ...more } });

  test('ok: carries the limits, never outlives the credential, and ends with it', async () => {
    const { token } = await somebody('manager');
    const { id, key } = await made(token, {
      roles: ['reader'],
      allowedPolicies: ['viewer:get', 'agent:get'],
      expiresAt: new Date(clock.now().getTime() + 60_000).toISOString(),
    });
    const { body } = await exchange({ credential: { id, key } }, { lifetime: 'P1D' });
    expect(Date.parse(body.data.issueToken.expiresAt)).toBeLessThanOrEqual(clock.now().getTime() + 60_000);
    const first = body.data.issueToken.token;
    const { viewer } = (await server.graphql('{ viewer { roles permissions } }', {}, first)).body.data;
    expect(viewer.roles).toEqual(['reader']);
    expect(viewer.permissions).toContain('agent:get');
    expect(viewer.permissions).not.toContain('allowlist:get');
    expect((await server.graphql(DELETE, { id }, token)).body.data.deleteApiCredential.apiCredentialId).toBe(id);
    expect(codeOf(await server.graphql('{ agents { nodes { id } } }', {}, first))).toBe('UNAUTHENTICATED');
    expect(codeOf(await exchange({ token: first }))).toBe('UNAUTHENTICATED');
    expect(codeOf(await exchange({ credential: { id, key } }))).toBe('UNAUTHENTICATED');
  });

  test('ok: is listed among the sessions, with the credential it was issued to', async () => {
    const { token } = await somebody();
    const { id, key } = await made(token);
    await exchange({ credential: { id, key } });
    const query = '{ tokens { nodes { isCurrent roles scope { type } apiCredential { id } } } }';
    const { nodes } = (await server.graphql(query, {}, token)).body.data.tokens;
    expect(nodes).toEqual([
      { isCurrent: true, roles: null, scope: { type: 'PROJECT' }, apiCredential: null },
      { isCurrent: false, roles: ['member', 'reader'], scope: { type: 'PROJECT' }, apiCredential: { id } },
    ]);
  });
});

describe('Mutation.deleteApiCredential', () => {
  test('ok: by a manager of the user’s domain that could give all that the user holds', async () => {
    const domainId = await server.domain();
    const scope = await server.project(domainId);
    const { token, userId } = await server.token({ scope, role: 'member' });
    const { id, shown } = await made(token);
    const { token: manager } = await server.token({ scope: { type: 'domain', domainId }, role: 'manager' });
    const { nodes } = (await server.graphql(LIST, {}, manager)).body.data.apiCredentials;
    expect(nodes).toMatchObject([{ id }]);
    await server.assign(userId, 'admin', scope);
    const refused = await server.graphql(DELETE, { id }, manager);
    expect(refused.body.errors[0].extensions).toMatchObject({ code: 'FORBIDDEN', policy: 'assignment:grant' });
    const { token: admin } = await server.token({ scope: { type: 'domain', domainId }, role: 'admin' });
    expect((await server.graphql(DELETE, { id }, admin)).body.data.deleteApiCredential.apiCredentialId).toBe(id);
    expect(codeOf(await server.graphql(VIEWER, {}, shown))).toBe('UNAUTHENTICATED');
  });

  test('ok: managers of the user’s own domain find it, and not those of the domain that it is for', async () => {
    const [own, other] = [await server.domain(), await server.domain()];
    const { token } = await server.token({ scope: await server.project(other), homeDomainId: own, role: 'member' });
    const { id } = await made(token);
    const listed = async (domainId: string) => {
      const manager = (await server.token({ scope: { type: 'domain', domainId }, role: 'manager' })).token;
      return (await server.graphql(LIST, {}, manager)).body.data.apiCredentials.nodes.map((node: Json) => node.id);
    };
    expect(await listed(own)).toEqual([id]);
    expect(await listed(other)).toEqual([]);
  });

  test('hidden: that of somebody else, and of a user elsewhere, is answered like one that never was', async () => {
    const { token } = await somebody();
    const { id } = await made(token);
    const { token: elsewhere } = await server.token({
      scope: { type: 'domain', domainId: await server.domain() },
      role: 'admin',
    });
    for (const other of [(await somebody('admin')).token, elsewhere]) {
      const hidden = await server.graphql(DELETE, { id }, other);
      const missing = await server.graphql(DELETE, { id: newId('ApiCredential') }, other);
      expect([codeOf(hidden), hidden.comparable]).toEqual(['NOT_FOUND', missing.comparable]);
    }
  });
});
