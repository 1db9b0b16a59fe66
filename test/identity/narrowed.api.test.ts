import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Answer,
  basic,
  codeOf,
  type Json,
  startTestServer,
  type TestScope,
  type TestServer,
} from '../harness/server.js';

const ISSUE = `mutation ($input: IssueTokenInput!) { issueToken(input: $input) { token tokenId userErrors { code } } }`;
const CREATE = `mutation ($input: CreateApiCredentialInput!) {
  createApiCredential(input: $input) { apiCredential { id } userErrors { code } } }`;
const CREATE_KEY = `mutation ($input: CreateApiCredentialInput!) {
  createApiCredential(input: $input) { apiCredential { id } key userErrors { code } } }`;
const DELETE = `mutation ($input: DeleteApiCredentialInput!) {
  deleteApiCredential(input: $input) { apiCredentialId userErrors { code } } }`;
const REVOKE = `mutation ($input: RevokeTokenInput!) { revokeToken(input: $input) { tokenId userErrors { code } } }`;
const REVOKE_ALL = 'mutation { revokeTokens(input: {}) { revokedCount userErrors { code } } }';

let server: TestServer;
let project: Extract<TestScope, { type: 'project' }>;
beforeAll(async () => {
  server = await startTestServer();
  project = await server.project(await server.defaultDomainId());
}, 60_000);
afterAll(() => server.close());

interface Issued {
  readonly token: string;
  readonly tokenId: string;
}

async function issue(token: string, roles?: readonly string[]): Promise<Issued> {
  const scope = { project: { id: project.projectId } };
  const { body } = await server.graphql(ISSUE, { input: { proof: { token }, scope, ...(roles && { roles }) } });
  return body.data.issueToken;
}

const works = async (token: string) => (await server.graphql('{ viewer { kind } }', {}, token)).status === 200;
const revoke = (tokenId: string, token: string) => server.graphql(REVOKE, { input: { tokenId } }, token);
const reason = ({ body }: Answer): Json => body.errors?.[0]?.extensions;
const NARROWED = { code: 'FORBIDDEN', reason: 'NARROWED_TOKEN' };

test('forbidden: a narrowed token deletes no API credential of its user', async () => {
  const { token } = await server.token({ scope: project, role: 'admin' });
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  const made = await server.graphql(CREATE, { input: { name: 'kept', expiresAt } }, token);
  const input = { apiCredentialId: made.body.data.createApiCredential.apiCredential.id };
  const narrowed = await issue(token, ['reader']);
  expect(reason(await server.graphql(DELETE, { input }, narrowed.token))).toMatchObject(NARROWED);
  expect((await server.graphql(DELETE, { input }, token)).body.data.deleteApiCredential).toMatchObject(input);
});

test('forbidden: it ends no sessions of its user', async () => {
  const { token } = await server.token({ scope: project, role: 'admin' });
  const narrowed = await issue(token, ['reader']);
  expect(reason(await server.graphql(REVOKE_ALL, {}, narrowed.token))).toMatchObject(NARROWED);
  expect(await works(token)).toBe(true);
  expect((await server.graphql(REVOKE_ALL, {}, token)).body.data.revokeTokens.revokedCount).toBeGreaterThan(1);
});

test('forbidden: it revokes neither what it came from nor what was issued beside it; ok: itself and what it issued', async () => {
  const { token } = await server.token({ scope: project, role: 'admin' });
  const whole = await issue(token);
  const [narrowed, beside] = [await issue(whole.token, ['reader']), await issue(whole.token, ['reader'])];
  const below = await issue(narrowed.token);
  for (const { tokenId } of [whole, beside])
    expect(reason(await revoke(tokenId, narrowed.token))).toMatchObject(NARROWED);
  expect(reason(await revoke(narrowed.tokenId, below.token))).toMatchObject(NARROWED);
  expect(await works(whole.token)).toBe(true);
  expect((await revoke(below.tokenId, narrowed.token)).body.data.revokeToken.tokenId).toBe(below.tokenId);
  expect((await server.graphql(REVOKE, { input: {} }, narrowed.token)).body.data.revokeToken.tokenId).toBe(
    narrowed.tokenId,
  );
  expect([await works(below.token), await works(narrowed.token), await works(beside.token)]).toEqual([
    false,
    false,
    true,
  ]);
});

test('hidden: another user’s token answers a narrowed one as one that does not exist', async () => {
  const { token } = await server.token({ scope: project, role: 'admin' });
  const narrowed = await issue(token, ['reader']);
  const foreign = await issue((await server.token({ scope: project, role: 'admin' })).token);
  const [one, two] = [await revoke(foreign.tokenId, narrowed.token), await revoke('tok_nothing', narrowed.token)];
  expect([codeOf(one), one.comparable]).toEqual(['NOT_FOUND', two.comparable]);
});

test('ok: a token or a key that keeps a role keeps what the role implies, and no more', async () => {
  const { token } = await server.token({ scope: project, role: 'admin' });
  const rolesOf = async (bearer: string) =>
    (await server.graphql('{ viewer { roles } }', {}, bearer)).body.data.viewer.roles;
  const narrowed = await issue(token, ['member']);
  expect(await rolesOf(narrowed.token)).toEqual(['member', 'reader']);
  const [lower, higher] = [await issue(narrowed.token, ['reader']), await issue(narrowed.token)];
  expect([await rolesOf(lower.token), await rolesOf(higher.token)]).toEqual([['reader'], ['member', 'reader']]);
  const proof = { token: narrowed.token };
  const scope = { project: { id: project.projectId } };
  const raised = await server.graphql(ISSUE, { input: { proof, scope, roles: ['manager'] } });
  expect(raised.body.data.issueToken).toMatchObject({ token: null, userErrors: [{ code: 'INVALID' }] });

  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  const made = await server.graphql(CREATE_KEY, { input: { name: 'kept', roles: ['manager'], expiresAt } }, token);
  const { apiCredential, key } = made.body.data.createApiCredential;
  expect(await rolesOf(basic({ id: apiCredential.id, key }))).toEqual(['manager', 'member', 'reader']);
});
