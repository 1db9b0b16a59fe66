import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditEntries } from '../../src/audit/entries/tables.js';
import { bumpEpoch } from '../../src/authority/index.js';
import { roleAssignments } from '../../src/identity/assignments/tables.js';
import { groupMembers, groups } from '../../src/identity/groups/tables.js';
import { roles } from '../../src/identity/roles/tables.js';
import { users } from '../../src/identity/users/tables.js';
import { newId } from '../../src/platform/ids.js';
import { asId, asIds } from '../harness/ids.js';
import {
  type Answer,
  basic,
  codeOf,
  type Json,
  type RoleName,
  startTestServer,
  type TestScope,
  type TestServer,
} from '../harness/server.js';

const CREATE = `mutation ($input: CreateApiCredentialInput!) {
  createApiCredential(input: $input) { apiCredential { id } key userErrors { code path } } }`;
const ISSUE = `mutation ($input: IssueTokenInput!) {
  issueToken(input: $input) { token tokenId expiresAt userErrors { code path } } }`;
const SET_PASSWORD = `mutation ($input: SetUserPasswordInput!) {
  setUserPassword(input: $input) { user { id } userErrors { code } } }`;
const DISABLE = `mutation ($input: DisableUserInput!) {
  disableUser(input: $input) { user { isEnabled } userErrors { code } } }`;
const VIEWER = '{ viewer { roles expiresAt } }';
const PASSWORD = 'correct horse battery';

/** A clock that a test moves on. */
const clock = { aheadMs: 0, now: () => new Date(Date.now() + clock.aheadMs) };
let server: TestServer;
let home: string;
beforeAll(async () => {
  server = await startTestServer({ clock });
  home = await server.defaultDomainId();
}, 60_000);
afterAll(() => server.close());

let names = 0;
const inOneDay = () => new Date(clock.now().getTime() + 86_400_000).toISOString();

async function credential(token: string, more: object = {}) {
  const input = { name: `script-${++names}`, expiresAt: inOneDay(), ...more };
  const { apiCredential, key } = (await server.graphql(CREATE, { input }, token)).body.data.createApiCredential;
  return { id: apiCredential.id, key, shown: basic({ id: apiCredential.id, key }) };
}
const holder = async (scope: TestScope, role: RoleName) => server.token({ scope, role });
const exchange = (proof: object, more: object = {}) => server.graphql(ISSUE, { input: { proof, ...more } });
const toProject = (projectId: string) => ({ scope: { project: { id: projectId } } });

/** What the audit log tells of a request; the only entry that a refusal leaves. */
async function denialOf({ requestId }: Answer): Promise<Json> {
  const entries = await server.services.db.select().from(auditEntries).where(eq(auditEntries.requestId, requestId));
  expect(entries).toHaveLength(1);
  expect(entries[0]?.outcome).toBe('DENIED');
  return entries[0];
}

/** Refused with nothing done, and audited. */
async function expectRefused(answer: Answer, code: string, denial: object): Promise<void> {
  expect(codeOf(answer)).toBe(code);
  expect(Object.values(answer.body.data ?? {}).filter((value) => value !== null)).toEqual([]);
  expect(await denialOf(answer)).toMatchObject(denial);
}

describe('a credential of one project', () => {
  test('refused: a token for another project, though its user holds a role there', async () => {
    const [one, other] = [await server.project(home), await server.project(home)];
    const { token, userId } = await holder(one, 'admin');
    await server.assign(userId, 'admin', other);
    const { id, key } = await credential(token);
    const denial = { action: 'token.refused', targetId: userId, details: { credentialId: id } };
    const direct = await exchange({ credential: { id, key } }, toProject(other.projectId));
    await expectRefused(direct, 'UNAUTHENTICATED', denial);
    const issued = (await exchange({ credential: { id, key } })).body.data.issueToken.token;
    await expectRefused(await exchange({ token: issued }, toProject(other.projectId)), 'UNAUTHENTICATED', denial);
    const unscoped = await exchange({ token: issued });
    await expectRefused(unscoped, 'UNAUTHENTICATED', { details: { scope: 'unscoped' } });
  });

  test('refused: another credential, by it or by a token of it', async () => {
    const { token } = await holder(await server.project(home), 'admin');
    const { id, key, shown } = await credential(token);
    const issued = (await exchange({ credential: { id, key } })).body.data.issueToken.token;
    const denial = { policy: 'api_credential:create', details: { reason: 'CREDENTIAL_LIMIT' } };
    for (const by of [shown, issued]) {
      const answer = await server.graphql(CREATE, { input: { name: 'another', expiresAt: inOneDay() } }, by);
      await expectRefused(answer, 'FORBIDDEN', denial);
    }
  });

  test('refused: what its user could do before the role was taken away, audited as a denial', async () => {
    const scope = await server.project(home);
    const { token, userId } = await holder(scope, 'member');
    const { id, key, shown } = await credential(token);
    await server.services.db.delete(roleAssignments).where(eq(roleAssignments.userId, asId(userId)));
    await server.services.db.transaction(bumpEpoch);
    const create = 'mutation { createAgent(input: { name: "late" }) { agent { id } } }';
    await expectRefused(await server.graphql(create, {}, shown), 'FORBIDDEN', { policy: 'agent:create' });
    await expectRefused(await exchange({ credential: { id, key } }), 'UNAUTHENTICATED', { action: 'token.refused' });
  });
});

describe('a credential of the system’s administrator', () => {
  test('refused: grants, passwords, users and sessions, whoever it is told to do that to', async () => {
    const { token, userId } = await holder({ type: 'system' }, 'admin');
    const { shown } = await credential(token);
    const user = { id: userId };
    const grant = { user, role: { name: 'admin' }, scope: { domain: { id: home } } };
    const attempts: [string, object, string][] = [
      ['mutation ($input: GrantRoleInput!) { grantRole(input: $input) { __typename } }', grant, 'assignment:grant'],
      [SET_PASSWORD, { user, password: PASSWORD }, 'user:set_password'],
      [DISABLE, { user }, 'user:disable'],
      [
        'mutation ($input: RevokeTokensInput!) { revokeTokens(input: $input) { revokedCount } }',
        {},
        'token:revoke_all',
      ],
    ];
    for (const [document, input, policy] of attempts) {
      const answer = await server.graphql(document, { input }, shown);
      await expectRefused(answer, 'FORBIDDEN', { policy, details: { reason: 'CREDENTIAL_LIMIT' } });
    }
    const domain = 'mutation { createDomain(input: { name: "by-script" }) { domain { name } } }';
    expect((await server.graphql(domain, {}, shown)).body.data.createDomain.domain.name).toBe('by-script');
  });
});

describe('a credential with a list of policies', () => {
  async function reader(allowedPolicies: string[]) {
    const scope = await server.project(home);
    const { token } = await holder(scope, 'member');
    const agent = 'mutation { createAgent(input: { name: "m" }) { agent { id } } }';
    expect((await server.graphql(agent, {}, token)).body.data.createAgent.agent.id).toMatch(/^agt_/);
    return { scope, ...(await credential(token, { allowedPolicies })) };
  }

  test('refused: a nested field outside its list, by either way, also where it would be null', async () => {
    const { id, key, shown } = await reader(['agent:get']);
    const issued = (await exchange({ credential: { id, key } })).body.data.issueToken.token;
    const plain = '{ agents { nodes { name } pageInfo { hasNextPage } } }';
    const nested = '{ agents { nodes { name project { name } } } }';
    const hidden = 'query ($no: Boolean = false) { agents { nodes { name project @include(if: $no) { name } } } }';
    for (const by of [shown, issued]) {
      expect((await server.graphql(plain, {}, by)).body.data.agents.nodes).toEqual([{ name: 'm' }]);
      for (const query of [nested, hidden]) {
        const answer = await server.graphql(query, {}, by);
        expect(answer.status).toBe(403);
        await expectRefused(answer, 'FORBIDDEN', { policy: 'project:get', details: { reason: 'CREDENTIAL_LIMIT' } });
      }
    }
  });

  test('ok: the same with the list that has it; refused: entities and streams that it has not', async () => {
    const { shown, scope } = await reader(['agent:get', 'project:get']);
    const nested = '{ agents { nodes { project { id } } } }';
    const { nodes } = (await server.graphql(nested, {}, shown)).body.data.agents;
    expect(nodes).toEqual([{ project: { id: scope.projectId } }]);
    const entities = await server.graphql('{ _entities(representations: []) { __typename } }', {}, shown);
    await expectRefused(entities, 'FORBIDDEN', { policy: 'federation:entities' });
    const response = await fetch(`${server.url}/graphql/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: shown },
      body: JSON.stringify({ query: 'subscription { agentTrustChanged { __typename } }' }),
    });
    expect(response.status).toBe(403);
  });

  test('ok: what its user may not do is refused alone; the rest of the document is answered', async () => {
    const { shown } = await reader(['agent:get', 'allowlist:get', 'allowlist:get_content']);
    const root = await server.token({ scope: { type: 'system' }, role: 'admin' });
    const set = `mutation ($base: Int!) { setPolicyOverrides(input: { baseRevision: $base, overrides: [
      { name: "allowlist:get", check: "!" }] }) { revision { number } userErrors { message } } }`;
    const { revision, userErrors } = (await server.graphql(set, { base: 0 }, root.token)).body.data.setPolicyOverrides;
    expect(userErrors).toEqual([]);
    const { body } = await server.graphql('{ agents { nodes { name } } allowlists { nodes { id } } }', {}, shown);
    const back = `mutation { setPolicyOverrides(input: { baseRevision: ${revision.number}, overrides: [] }) {
      userErrors { message } } }`;
    await server.graphql(back, {}, root.token);
    expect(body.data).toEqual({ agents: { nodes: [{ name: 'm' }] }, allowlists: null });
    expect(body.errors).toMatchObject([{ path: ['allowlists'], extensions: { code: 'FORBIDDEN' } }]);
  });

  test('refused: what a role of its user’s would allow', async () => {
    const { shown } = await reader(['agent:get']);
    const create = 'mutation { createAgent(input: { name: "n" }) { agent { id } } }';
    await expectRefused(await server.graphql(create, {}, shown), 'FORBIDDEN', { policy: 'agent:create' });
  });
});

describe('a chain of tokens', () => {
  test('refused: rescoping for ever never extends the first expiry, and widens no role', async () => {
    const scope = await server.project(home);
    const { token } = await holder(scope, 'admin');
    const { id, key } = await credential(token, { roles: ['reader'], allowedPolicies: ['viewer:get'] });
    const first = (await exchange({ credential: { id, key } }, { lifetime: 'PT10M' })).body.data.issueToken;
    let last = first;
    for (let length = 0; length < 5; length++) {
      clock.aheadMs += 60_000;
      const more = { ...toProject(scope.projectId), lifetime: 'P1D' };
      last = (await exchange({ token: last.token }, more)).body.data.issueToken;
      expect(last.expiresAt).toBe(first.expiresAt);
      const { viewer } = (await server.graphql(VIEWER, {}, last.token)).body.data;
      expect(viewer).toEqual({ roles: ['reader'], expiresAt: first.expiresAt });
    }
    const wider = await exchange({ token: last.token }, { ...toProject(scope.projectId), roles: ['admin'] });
    expect(wider.body.data.issueToken).toMatchObject({ token: null, userErrors: [{ code: 'INVALID' }] });
    expect(await denialOf(wider)).toMatchObject({ action: 'token.refused' });
    const nested = await server.graphql('{ agents { nodes { id } } }', {}, last.token);
    await expectRefused(nested, 'FORBIDDEN', { policy: 'agent:get', details: { reason: 'CREDENTIAL_LIMIT' } });
    clock.aheadMs += 600_000;
    expect((await server.graphql(VIEWER, {}, last.token)).status).toBe(401);
  });

  test('refused: a narrowed token outlives its parent in no way, as a key neither', async () => {
    const scope = await server.project(home);
    const expiresAt = new Date(clock.now().getTime() + 300_000);
    const parent = await server.token({ scope, role: 'admin', expiresAt });
    const more = { ...toProject(scope.projectId), roles: ['reader'], lifetime: 'P1D' };
    const narrowed = (await exchange({ token: parent.token }, more)).body.data.issueToken;
    expect(narrowed.expiresAt).toBe(expiresAt.toISOString());
    const input = { name: 'for-a-year', expiresAt: inOneDay() };
    const key = await server.graphql(CREATE, { input }, narrowed.token);
    const denial = { policy: 'api_credential:create', details: { reason: 'NARROWED_TOKEN' } };
    await expectRefused(key, 'FORBIDDEN', denial);
    await server.graphql('mutation { revokeToken(input: {}) { tokenId } }', {}, parent.token);
    expect((await server.graphql(VIEWER, {}, narrowed.token)).status).toBe(401);
  });
});

describe('the password of another', () => {
  test('refused: a domain’s administrator sets none of a user that holds roles elsewhere, by a group neither', async () => {
    const domainId = await server.domain();
    const { token } = await holder({ type: 'domain', domainId }, 'admin');
    const denial = { policy: 'assignment:grant' };
    const elsewhere = await server.user(domainId);
    await server.assign(elsewhere, 'reader', await server.project(home));
    const systems = await server.user(domainId);
    await server.assign(systems, 'admin', { type: 'system' });
    for (const id of [elsewhere, systems, await memberOfSystemGroup(domainId)]) {
      const set = await server.graphql(SET_PASSWORD, { input: { user: { id }, password: PASSWORD } }, token);
      await expectRefused(set, 'FORBIDDEN', denial);
      await expectRefused(await server.graphql(DISABLE, { input: { user: { id } } }, token), 'FORBIDDEN', denial);
      const revoke = 'mutation ($input: RevokeTokensInput!) { revokeTokens(input: $input) { revokedCount } }';
      await expectRefused(await server.graphql(revoke, { input: { user: { id } } }, token), 'FORBIDDEN', denial);
    }
    const plain = { user: { id: await server.user(domainId) }, password: PASSWORD };
    expect((await server.graphql(SET_PASSWORD, { input: plain }, token)).body.errors).toBeUndefined();
  });
});

describe('the last administrator of the system', () => {
  test('refused: disabling it, unless it is forced with a reason', async () => {
    const alone = await startTestServer();
    try {
      const [admin] = await alone.services.db.select().from(users).where(eq(users.name, 'admin'));
      const { token } = await alone.token({ scope: { type: 'system' }, userId: admin?.id ?? '' });
      const disable = async (more: object) =>
        (await alone.graphql(DISABLE, { input: { user: { id: admin?.id }, ...more } }, token)).body.data.disableUser;
      for (const more of [{}, { isForced: true }, { reason: 'leaving' }])
        expect(await disable(more)).toEqual({ user: null, userErrors: [{ code: 'IN_USE' }] });
      const done = await disable({ isForced: true, reason: 'leaving' });
      expect(done).toEqual({ user: { isEnabled: false }, userErrors: [] });
      expect((await alone.graphql(VIEWER, {}, token)).status).toBe(401);
    } finally {
      await alone.close();
    }
  });
});

/** A user of a domain whom a group makes administrator of the system. */
async function memberOfSystemGroup(domainId: string): Promise<string> {
  const { db, clock: now } = server.services;
  const userId = await server.user(domainId);
  const groupId = newId('Group');
  const [admin] = await db.select().from(roles).where(eq(roles.name, 'admin'));
  const createdAt = now.now();
  await db.insert(groups).values(asIds({ id: groupId, domainId, name: 'operators', createdAt }));
  await db.insert(groupMembers).values(asIds({ groupId, userId, createdAt }));
  const row = { id: newId('RoleAssignment'), groupId, roleId: admin?.id ?? '', scopeType: 'system' as const };
  await db.insert(roleAssignments).values(asIds({ ...row, isInherited: false, createdAt }));
  await db.transaction(bumpEpoch);
  return userId;
}
