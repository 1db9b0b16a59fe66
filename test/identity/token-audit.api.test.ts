import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Json, startTestServer, type TestServer } from '../harness/server.js';

const ISSUE = `mutation ($input: IssueTokenInput!) { issueToken(input: $input) { token userErrors { code } } }`;
const CREATE = `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } userErrors { code } } }`;
const AUDIT = `query ($id: ID!) { auditEntries(filter: { targetIds: [$id] }) {
  nodes { action outcome policy targetType details } } }`;
const PASSWORD = 'correct horse battery';

let server: TestServer;
let admin: string;
let auditor: string;
let domainId: string;
beforeAll(async () => {
  server = await startTestServer({ settings: { denialWindowMs: 0 } });
  domainId = await server.domain('tenant');
  admin = (await server.token({ scope: { type: 'domain', domainId }, role: 'admin' })).token;
  auditor = (await server.token({ scope: { type: 'system' }, role: 'reader' })).token;
});
afterAll(() => server.close());

async function user(name: string): Promise<string> {
  const { body } = await server.graphql(CREATE, { input: { name, password: PASSWORD } }, admin);
  expect(body.data.createUser.userErrors).toEqual([]);
  return body.data.createUser.user.id;
}

const logIn = (name: string, more: object = {}, scope?: object) =>
  server.graphql(ISSUE, { input: { proof: { password: { user: name, domain: 'tenant', ...more } }, scope } });

/** What the log says of a user's log-ins, the earliest first. */
async function entries(id: string): Promise<Json[]> {
  const { nodes } = (await server.graphql(AUDIT, { id }, auditor)).body.data.auditEntries;
  return nodes.filter(({ action }: Json) => action !== 'USER_CREATED').reverse();
}

describe('Mutation.issueToken', () => {
  test('audited: a new password, with the tokens that it ended, and then the token', async () => {
    const id = await user('zoe');
    const changed = await logIn('zoe', { password: PASSWORD, newPassword: `${PASSWORD} staple` });
    expect(changed.body.data.issueToken.userErrors).toEqual([]);
    await logIn('zoe', { password: `${PASSWORD} staple`, newPassword: `${PASSWORD} again` });
    expect((await entries(id)).map(({ action, details }) => [action, details.revokedCount])).toEqual([
      ['USER_PASSWORD_CHANGED', 0],
      ['TOKEN_ISSUED', undefined],
      ['USER_PASSWORD_CHANGED', 1],
      ['TOKEN_ISSUED', undefined],
    ]);
  });

  test('audited: what somebody who is known asked for and does not hold, with the kind of scope', async () => {
    const id = await user('yan');
    await logIn('yan', { password: PASSWORD, newPassword: `${PASSWORD} staple` });
    const password = `${PASSWORD} staple`;
    const wanted = [{ system: true }, { domain: { name: 'tenant' } }, { project: { id: 'prj_none' } }];
    for (const scope of wanted) {
      const answer = await logIn('yan', { password }, scope);
      expect(answer.body.errors[0].extensions.code).toBe('UNAUTHENTICATED');
    }
    const refused = (await entries(id)).filter(({ action }) => action === 'TOKEN_REFUSED');
    expect(refused).toMatchObject(
      ['system', 'domain', 'project'].map((scope) => ({
        outcome: 'DENIED',
        policy: 'token:issue',
        targetType: 'USER',
        details: { user: 'yan', scope },
      })),
    );
  });
});
