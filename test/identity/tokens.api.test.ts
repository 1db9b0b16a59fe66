import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, startTestServer, type TestServer } from '../harness/server.js';

const ISSUE = `mutation ($input: IssueTokenInput!) {
  issueToken(input: $input) { token tokenId userErrors { code message } } }`;
const REVOKE = 'mutation { revokeToken(input: {}) { tokenId } }';
const ROLES = '{ viewer { roles } }';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** A member of a new project, with a token that is not scoped yet. */
async function member() {
  const project = await server.project(await server.defaultDomainId());
  const unscoped = await server.token({ scope: { type: 'unscoped' } });
  await server.assign(unscoped.userId, 'member', project);
  return { project, unscoped: unscoped.token };
}

const issue = (token: string, scope: object, more: object = {}) =>
  server.graphql(ISSUE, { input: { proof: { token }, scope, ...more } });

async function issued(token: string, scope: object): Promise<string> {
  return (await issue(token, scope)).body.data.issueToken.token;
}

describe('Mutation.issueToken', () => {
  test('hidden: a scoped token is told the same of a scope that it is not for and of one that does not exist', async () => {
    const { project, unscoped } = await member();
    const scoped = await issued(unscoped, { project: { id: project.projectId } });
    await server.project(await server.domain('elsewhere'), 'theirs');
    const pairs = [
      [{ domain: { name: 'elsewhere' } }, { domain: { name: 'nowhere' } }],
      [
        { project: { inDomain: { name: 'theirs', domain: 'elsewhere' } } },
        { project: { inDomain: { name: 'nobodys', domain: 'elsewhere' } } },
      ],
    ] as const;
    for (const [hidden, missing] of pairs) {
      const answer = await issue(scoped, hidden);
      expect(codeOf(answer)).toBe('UNAUTHENTICATED');
      expect(answer.comparable).toBe((await issue(scoped, missing)).comparable);
    }
  });

  test('ok: roles that are named often are kept once', async () => {
    const { project, unscoped } = await member();
    const roles = Array.from({ length: 1000 }, () => 'Reader');
    const { body } = await issue(unscoped, { project: { id: project.projectId } }, { roles });
    const { roles: kept } = (await server.graphql(ROLES, {}, body.data.issueToken.token)).body.data.viewer;
    expect(kept).toEqual(['reader']);
  });
});

describe('Mutation.revokeToken', () => {
  test('ok: a token that is revoked takes along all that were issued from it, and none that it was issued from', async () => {
    const { project, unscoped } = await member();
    const scope = { project: { id: project.projectId } };
    const stolen = await issued(unscoped, scope);
    const kept = await issued(stolen, scope);
    const last = await issued(kept, scope);
    expect((await server.graphql(REVOKE, {}, kept)).body.errors).toBeUndefined();
    expect((await server.graphql(REVOKE, {}, stolen)).body.errors).toBeUndefined();
    for (const token of [stolen, kept, last]) {
      expect(codeOf(await server.graphql(ROLES, {}, token))).toBe('UNAUTHENTICATED');
    }
    expect((await issue(unscoped, scope)).body.data.issueToken.token).toMatch(/^bwt_/);
  });

  test('ok: a link that is revoked already does not save what hangs on it', async () => {
    const { project, unscoped } = await member();
    const scope = { project: { id: project.projectId } };
    const chain = [unscoped];
    for (let length = 1; length < 5; length++) chain.push(await issued(chain[length - 1] ?? '', scope));
    expect((await server.graphql(REVOKE, {}, unscoped)).body.errors).toBeUndefined();
    for (const token of chain) expect(codeOf(await server.graphql(ROLES, {}, token))).toBe('UNAUTHENTICATED');
  });
});

describe('Mutation.grantRole', () => {
  test('hidden: a project elsewhere is answered like one that does not exist, whatever else is wrong', async () => {
    const domainId = await server.domain();
    await server.project(await server.domain('secretive'), 'theirs');
    const user = { id: await server.user(domainId) };
    const { token } = await server.token({ scope: { type: 'domain', domainId }, role: 'manager' });
    const query = 'mutation ($input: GrantRoleInput!) { grantRole(input: $input) { userErrors { code } } }';
    const grant = (project: string) => {
      const scope = { project: { inDomain: { name: project, domain: 'secretive' } } };
      return server.graphql(query, { input: { user, role: { name: 'reader' }, scope, isInherited: true } }, token);
    };
    const hidden = await grant('theirs');
    expect(codeOf(hidden)).toBe('NOT_FOUND');
    expect(hidden.comparable).toBe((await grant('nobodys')).comparable);
  });
});
