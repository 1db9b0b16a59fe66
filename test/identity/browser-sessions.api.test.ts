import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/platform/ids.js';
import { newBearer } from '../../src/platform/secrets.js';
import { standingClock } from '../harness/clock.js';
import { codeOf, startTestServer, type TestServer } from '../harness/server.js';
import { browserOf, cookieIn, OWN_PAGE, reasonOf, send } from './browser.js';

const VIEWER = '{ viewer { scope { type project { id } } roles } }';
const CREATE_USER = `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } userErrors { code } } }`;
const PASSWORD = 'correct horse battery';
const MINUTE = 60_000;

const clock = standingClock();
let server: TestServer;
let browser: ReturnType<typeof browserOf>;
let domainId: string;
let admin: string;
beforeAll(async () => {
  server = await startTestServer({ clock, settings: { sessionIdleMs: 30 * MINUTE, sessionMaxMs: 120 * MINUTE } });
  browser = browserOf(server);
  domainId = await server.domain('tenant');
  const expiresAt = new Date(clock.time + 1e10);
  admin = (await server.token({ scope: { type: 'domain', domainId }, role: 'admin', expiresAt })).token;
}, 60_000);
afterAll(() => server.close());

async function person(name: string): Promise<string> {
  const input = { name, password: PASSWORD, mustChangePassword: false };
  return (await server.graphql(CREATE_USER, { input }, admin)).body.data.createUser.user.id;
}

/** Logs a new person in; its cookie. */
async function loggedIn(name: string): Promise<{ userId: string; cookie: string }> {
  const userId = await person(name);
  return { userId, cookie: cookieIn(await browser.logIn(name, PASSWORD)) };
}

describe('a request with a session', () => {
  let cookie: string;
  let userId: string;
  beforeAll(async () => {
    ({ cookie, userId } = await loggedIn('fay'));
  });

  const refusals: [string, Record<string, string | undefined>][] = [
    ['from another site', { 'sec-fetch-site': 'cross-site' }],
    ['from another host of the same site', { 'sec-fetch-site': 'same-site' }],
    ['that a person opened', { 'sec-fetch-site': 'none' }],
    ['that says nothing of where it is from', { 'sec-fetch-site': undefined }],
    ['of another origin', { origin: 'https://evil.example.org' }],
    ['of another port', { origin: 'http://127.0.0.1:1' }],
    ['of no origin', { origin: undefined }],
    ['of a sandboxed page', { origin: 'null' }],
    ['without the CSRF header', { 'bailiwick-csrf': undefined }],
    ['with another CSRF header', { 'bailiwick-csrf': '0' }],
  ];
  test.each(refusals)('refused: %s, also to log in and out', async (_, headers) => {
    const own = { ...OWN_PAGE, origin: server.url, cookie, ...headers };
    const body = { user: { name: 'fay', domain: { name: 'tenant' } }, password: PASSWORD };
    const answers = [
      await send(server, '/graphql', { method: 'POST', headers: own, body: { query: VIEWER } }),
      await send(server, '/graphql/stream', { method: 'POST', headers: own, body: { query: VIEWER } }),
      await send(server, '/session', { method: 'POST', headers: own, body }),
      await send(server, '/session', { method: 'DELETE', headers: own }),
    ];
    for (const answer of answers) {
      expect([answer.status, reasonOf(answer)]).toEqual([401, 'NOT_OWN_PAGE']);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    expect((await browser.session(cookie)).status).toBe(200);
  });

  test('refused: a session as a bearer, to ask or to get a token for it', async () => {
    const session = cookie.split('=')[1] ?? '';
    expect((await server.graphql(VIEWER, {}, session)).status).toBe(401);
    const issue = 'mutation ($token: String!) { issueToken(input: { proof: { token: $token } }) { token } }';
    expect(codeOf(await server.graphql(issue, { token: session }))).toBe('UNAUTHENTICATED');
  });

  test('refused: a bearer token in the cookie, and what is no secret', async () => {
    const { token } = await server.token({
      scope: { type: 'unscoped' },
      userId,
      expiresAt: new Date(clock.time + 1e9),
    });
    for (const value of [token, token.replace('bwt_', 'bwb_'), newBearer('session'), '', 'x'.repeat(2000)])
      expect((await browser.graphql(`bailiwick=${value}`, VIEWER)).status).toBe(401);
    expect((await browser.graphql(`${cookie}; ${cookie}`, VIEWER)).status).toBe(401);
  });

  test('refused: a cookie and an Authorization header on one request, also when one of them is invalid', async () => {
    const { token } = await server.token({
      scope: { type: 'unscoped' },
      userId,
      expiresAt: new Date(clock.time + 1e9),
    });
    for (const [one, authorization] of [
      [cookie, `Bearer ${token}`],
      [cookie, 'Bearer x'],
      ['bailiwick=x', `Bearer ${token}`],
    ] as const)
      expect(reasonOf(await browser.graphql(one, VIEWER, {}, { authorization }))).toBe('NOT_OWN_PAGE');
  });

  test('refused: a page that believes to be of another person than the cookie', async () => {
    const as = (id: string) => browser.graphql(cookie, VIEWER, {}, { 'bailiwick-user': id });
    expect((await as(userId)).status).toBe(200);
    for (const id of [await server.user(await server.defaultDomainId()), '', 'x'.repeat(2000)])
      expect((await as(id)).status).toBe(401);
    expect((await browser.session(cookie, { 'bailiwick-user': 'usr_other' })).status).toBe(200);
  });

  test('ok: other cookies are nobody’s business, and a token alone works as ever', async () => {
    const { token } = await server.token({
      scope: { type: 'unscoped' },
      userId,
      expiresAt: new Date(clock.time + 1e9),
    });
    const headers = { cookie: '__Host-bailiwick=x; other=bailiwick', authorization: `Bearer ${token}` };
    expect((await send(server, '/graphql', { method: 'POST', headers, body: { query: VIEWER } })).status).toBe(200);
  });

  test('ok: two tabs in two scopes, each as a token of its scope would be', async () => {
    const [one, other] = [await server.project(domainId), await server.project(domainId)];
    await server.assign(userId, 'member', one);
    await server.assign(userId, 'reader', other);
    const asked = [`project:${one.projectId}`, `project:${other.projectId}`, 'unscoped', undefined].map((scope) =>
      browser.graphql(cookie, VIEWER, {}, { 'bailiwick-scope': scope }),
    );
    const [first, second, ...unscoped] = (await Promise.all(asked)).map(({ body }) => body.data.viewer);
    expect(first).toMatchObject({ scope: { type: 'PROJECT', project: { id: one.projectId } } });
    expect([first.roles.includes('member'), second.roles.includes('member')]).toEqual([true, false]);
    expect(second).toMatchObject({ scope: { type: 'PROJECT', project: { id: other.projectId } } });
    for (const viewer of unscoped) expect(viewer).toMatchObject({ scope: { type: 'UNSCOPED' }, roles: [] });
  });

  test('hidden: a scope without a role, like one that does not exist', async () => {
    const foreign = await server.project(await server.domain());
    const scopes = [
      'system',
      `domain:${foreign.domainId}`,
      `domain:${newId('Domain')}`,
      `project:${foreign.projectId}`,
    ];
    const others = [`project:${newId('Project')}`, 'project:x'];
    const answers = await Promise.all(
      [...scopes, ...others].map((scope) => browser.graphql(cookie, VIEWER, {}, { 'bailiwick-scope': scope })),
    );
    for (const { status, body } of answers) {
      expect([status, body.errors[0].message]).toEqual([401, 'The credentials are not valid for this scope.']);
      expect(body.errors[0].extensions).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'SCOPE_NOT_HELD' });
    }
    expect((await browser.session(cookie, { 'bailiwick-scope': 'system' })).status).toBe(200);
    const malformed = await browser.graphql(cookie, VIEWER, {}, { 'bailiwick-scope': 'all' });
    expect(malformed.body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
  });

  test('ok: a role counts from the request after it was granted', async () => {
    const scope = await server.project(domainId);
    const ask = () => browser.graphql(cookie, VIEWER, {}, { 'bailiwick-scope': `project:${scope.projectId}` });
    expect((await ask()).status).toBe(401);
    await server.assign(userId, 'reader', scope);
    expect((await ask()).status).toBe(200);
  });

  test('ok: answers are kept nowhere, and no page of another origin is told that cookies count', async () => {
    const answer = await browser.graphql(cookie, VIEWER);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
    expect(answer.headers['set-cookie']).toBeUndefined();
  });
});

describe('GET /session', () => {
  test('refused: without a cookie, and with a token instead', async () => {
    const none = await send(server, '/session', { headers: OWN_PAGE });
    expect([none.status, none.body.errors[0].extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
    const headers = { ...OWN_PAGE, authorization: `Bearer ${admin}` };
    expect((await send(server, '/session', { headers })).status).toBe(401);
    expect((await send(server, '/session', { method: 'DELETE', headers })).status).toBe(401);
  });
});
