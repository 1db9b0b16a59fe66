import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { standingClock } from '../harness/clock.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { browserOf, cookieIn } from './browser.js';

const SCOPES = `query ($first: Int, $after: String, $nameStartsWith: String) { viewer {
  scopes(first: $first, after: $after, nameStartsWith: $nameStartsWith) {
    nodes { type domainId domainName projectId projectName roles } pageInfo { hasNextPage endCursor } } } }`;
const PASSWORD = 'correct horse battery';

const clock = standingClock();
const statements: string[] = [];
let server: TestServer;
let domainId: string;
let userId: string;
let token: string;
let outer: Awaited<ReturnType<TestServer['project']>>;
beforeAll(async () => {
  server = await startTestServer({ clock, statements: { logQuery: (text) => void statements.push(text) } });
  domainId = await server.domain('tenant');
  outer = await server.project(domainId, 'outer');
  ({ userId, token } = await unscoped());
}, 60_000);
afterAll(() => server.close());

const unscoped = (ofUser?: string) =>
  server.token({
    scope: { type: 'unscoped' },
    expiresAt: new Date(clock.time + 1e10),
    ...(ofUser ? { userId: ofUser } : { homeDomainId: domainId }),
  });
const ask = (by: string, variables: object = {}) => server.graphql(SCOPES, variables, by);
async function told(by: string, variables: object = {}): Promise<Json[]> {
  const { body } = await ask(by, variables);
  expect(body.errors).toBeUndefined();
  return body.data.viewer.scopes.nodes;
}
const namesOf = (scopes: Json[]) =>
  scopes.map(({ type, domainName, projectName }) => projectName ?? domainName ?? type);

describe('Viewer.scopes', () => {
  test('ok: whoever holds nothing is told of nothing', async () => {
    expect(await told(token)).toEqual([]);
  });

  test('ok: the widest first, by name, with names that an unscoped token cannot read, and implied roles', async () => {
    await server.assign(userId, 'member', outer);
    await server.assign(userId, 'reader', { type: 'domain', domainId });
    await server.assign(userId, 'reader', { type: 'system' });
    const scopes = await told(token);
    expect(namesOf(scopes)).toEqual(['SYSTEM', 'tenant', 'outer']);
    expect(scopes[2]).toMatchObject({ type: 'PROJECT', domainId, domainName: 'tenant', projectId: outer.projectId });
    expect(scopes[2].roles).toEqual(['member', 'reader']);
  });

  test('ok: what is inherited from a domain and from a project above, each scope once; in one statement, page by page', async () => {
    const { userId, token } = await unscoped();
    const above = await server.project(domainId, 'above');
    await server.child(above, 'inside-1');
    await server.child(above, 'inside-2');
    const other = await server.domain('other');
    for (const name of ['inside-3', 'z']) await server.project(other, name);
    const member = await server.roleId('member');
    await server.give({ userId, roleId: member, domainId, projectId: above.projectId, isInherited: true });
    await server.give({ userId, roleId: member, domainId: other, isInherited: true });
    await server.give({ userId, roleId: await server.roleId('reader'), domainId, projectId: outer.projectId });
    expect(namesOf(await told(token))).toEqual(['inside-1', 'inside-2', 'inside-3', 'outer', 'z']);

    const paged: Json[] = [];
    for (let after: string | null = null, more = true; more; ) {
      statements.length = 0;
      const { nodes, pageInfo }: Json = (await ask(token, { first: 2, after })).body.data.viewer.scopes;
      expect(statements.filter((one) => one.includes('with recursive held'))).toHaveLength(1);
      paged.push(...nodes);
      after = pageInfo.endCursor;
      more = pageInfo.hasNextPage;
    }
    expect(paged).toEqual(await told(token));
    expect(namesOf(await told(token, { nameStartsWith: 'inside' }))).toEqual(['inside-1', 'inside-2', 'inside-3']);
    expect(namesOf(await told(token, { nameStartsWith: '%' }))).toEqual([]);
  });

  test('ok: a session is told the same at whatever scope, and each is accepted', async () => {
    const admin = await server.token({
      scope: { type: 'domain', domainId },
      role: 'admin',
      expiresAt: new Date(clock.time + 1e10),
    });
    const create = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }';
    const input = { name: 'fay', password: PASSWORD, mustChangePassword: false };
    const fay = (await server.graphql(create, { input }, admin.token)).body.data.createUser.user.id;
    await server.assign(fay, 'reader', outer);
    await server.assign(fay, 'reader', { type: 'domain', domainId });
    const browser = browserOf(server);
    const cookie = cookieIn(await browser.logIn('fay', PASSWORD));
    const at = async (scope: string) => {
      const { body } = await browser.graphql(cookie, SCOPES, {}, { 'bailiwick-scope': scope });
      return body.data?.viewer.scopes.nodes;
    };
    const scopes = await at('unscoped');
    expect(namesOf(scopes)).toEqual(['tenant', 'outer']);
    expect([await at(`project:${outer.projectId}`), await at(`domain:${domainId}`)]).toEqual([scopes, scopes]);
    expect(await at('system')).toBeUndefined();
  });

  test('hidden: a scoped token is told its own scope only, and what it is narrowed to', async () => {
    const issue = 'mutation ($input: IssueTokenInput!) { issueToken(input: $input) { token } }';
    const input = { proof: { token }, scope: { project: { id: outer.projectId } }, roles: ['reader'] };
    const narrowed = (await server.graphql(issue, { input })).body.data.issueToken.token;
    expect(await told(narrowed)).toMatchObject([{ projectId: outer.projectId, roles: ['reader'] }]);
  });

  test('stale: a scope is gone at the moment at which the last assignment ends', async () => {
    const { userId, token } = await unscoped();
    const expiresAt = new Date(clock.time + 60_000);
    const roleId = await server.roleId('reader');
    await server.give({ userId, roleId, domainId, projectId: outer.projectId, expiresAt });
    expect(await told(token)).toHaveLength(1);
    clock.time = expiresAt.getTime();
    expect(await told(token)).toEqual([]);
  });

  test.each([
    [{ first: 201 }, 'BAD_USER_INPUT'],
    [{ first: 0 }, 'BAD_USER_INPUT'],
    [{ after: 'x' }, 'INVALID_CURSOR'],
    [{ after: Buffer.from('["scope","other","a","b"]').toString('base64url') }, 'INVALID_CURSOR'],
  ])('invalid: %j', async (variables, code) => {
    expect(codeOf(await ask(token, variables))).toBe(code);
  });
});
