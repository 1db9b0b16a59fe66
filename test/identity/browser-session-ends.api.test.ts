import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tokens } from '../../src/identity/tokens/tables.js';
import { newId } from '../../src/platform/ids.js';
import { standingClock } from '../harness/clock.js';
import { asId } from '../harness/ids.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { browserOf, cookieIn, OWN_PAGE, send } from './browser.js';

const VIEWER = '{ viewer { kind } }';
const CREATE_USER = `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } userErrors { code } } }`;
const DISABLE = 'mutation ($input: DisableUserInput!) { disableUser(input: $input) { user { id } } }';
const SET_PASSWORD = 'mutation ($input: SetUserPasswordInput!) { setUserPassword(input: $input) { user { id } } }';
const REVOKE_ALL = 'mutation ($input: RevokeTokensInput!) { revokeTokens(input: $input) { revokedCount } }';
const DELETE = `mutation ($input: DeleteUserInput!) { deleteUser(input: $input) { userId userErrors { code } } }`;
const SESSIONS = `query ($user: UserRef) {
  sessions(user: $user) { id clientAddress userAgent isCurrent createdAt expiresAt idleExpiresAt } }`;
const REVOKE = 'mutation ($input: RevokeSessionInput!) { revokeSession(input: $input) { sessionId } }';
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

async function loggedIn(name: string, userAgent = 'a browser'): Promise<{ userId: string; cookie: string }> {
  const input = { name, password: PASSWORD, mustChangePassword: false };
  const userId = (await server.graphql(CREATE_USER, { input }, admin)).body.data.createUser.user.id;
  return { userId, cookie: await again(name, userAgent) };
}
const again = async (name: string, userAgent = 'a browser') =>
  cookieIn(await browser.logIn(name, PASSWORD, { headers: { 'user-agent': userAgent } }));
const statusOf = async (cookie: string) => (await browser.session(cookie)).status;
const use = async (cookie: string) => (await browser.graphql(cookie, VIEWER)).status;
const rowOf = async (userId: string) =>
  (
    await server.services.db
      .select()
      .from(tokens)
      .where(eq(tokens.userId, asId(userId)))
  )[0];

describe('a session ends', () => {
  test('ok: after half an hour without requests; asking how long it lasts is no use of it, nor is a stream', async () => {
    const { cookie } = await loggedIn('ann');
    clock.time += 29 * MINUTE;
    expect(await use(cookie)).toBe(200);
    clock.time += 29 * MINUTE;
    expect(await statusOf(cookie)).toBe(200);
    const stream = { ...OWN_PAGE, origin: server.url, cookie };
    await send(server, '/graphql/stream', { method: 'POST', headers: stream, body: { query: VIEWER } });
    clock.time += 1 * MINUTE;
    expect([await statusOf(cookie), await use(cookie)]).toEqual([401, 401]);
  });

  test('ok: after half an hour in which nobody touched the page, whatever it read by itself', async () => {
    const { cookie } = await loggedIn('abe');
    const byItself = () => browser.graphql(cookie, VIEWER, {}, { 'bailiwick-unattended': '1' });
    clock.time += 29 * MINUTE;
    expect((await byItself()).status).toBe(200);
    clock.time += 1 * MINUTE;
    expect((await byItself()).status).toBe(401);
  });

  test('ok: its use is written down once a minute at most, and is no audit entry', async () => {
    const { cookie, userId } = await loggedIn('bea');
    const idleEnds = async () => (await rowOf(userId))?.idleExpiresAt?.getTime();
    const first = await idleEnds();
    clock.time += MINUTE - 1;
    await use(cookie);
    expect(await idleEnds()).toBe(first);
    clock.time += 1;
    await use(cookie);
    expect(await idleEnds()).toBe((first ?? 0) + MINUTE);
  });

  test('ok: at its end, however much it is used', async () => {
    const { cookie } = await loggedIn('cat');
    for (let minutes = 0; minutes < 120; minutes += 20) {
      expect(await use(cookie)).toBe(200);
      clock.time += 20 * MINUTE;
    }
    expect([await statusOf(cookie), await use(cookie)]).toEqual([401, 401]);
  });

  test('ok: at once when its person logs out, in this browser alone, and the log has it', async () => {
    const { cookie } = await loggedIn('dan');
    const other = await again('dan');
    const answer = await browser.logOut(cookie);
    expect([answer.status, answer.body]).toEqual([204, '']);
    expect(String(answer.headers['set-cookie'])).toContain('bailiwick=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0');
    expect([await use(cookie), await use(other)]).toEqual([401, 200]);
    const query = '{ auditEntries(first: 200, filter: { actions: [SESSION_REVOKED] }) { nodes { actor { name } } } }';
    expect((await server.graphql(query, {}, admin)).body.errors).toBeUndefined();
  });

  const ends: [string, (userId: string) => Promise<unknown>][] = [
    ['disabled', (id) => server.graphql(DISABLE, { input: { user: { id } } }, admin)],
    [
      'given another password',
      (id) => server.graphql(SET_PASSWORD, { input: { user: { id }, password: `${PASSWORD} 2` } }, admin),
    ],
    ['logged out everywhere', (id) => server.graphql(REVOKE_ALL, { input: { user: { id } } }, admin)],
    [
      'deleted',
      async (id) => {
        const found = await server.graphql('query ($id: ID!) { user(ref: { id: $id }) { etag } }', { id }, admin);
        const { etag } = found.body.data.user;
        return server.graphql(DELETE, { input: { user: { id }, etag } }, admin);
      },
    ],
  ];
  test.each(ends)('ok: when its person is %s', async (what, end) => {
    const { cookie, userId } = await loggedIn(`eve ${what}`);
    expect(await use(cookie)).toBe(200);
    await end(userId);
    expect([await use(cookie), await statusOf(cookie)]).toEqual([401, 401]);
  });

  test('ok: when its person chooses a new password in another browser, whose session goes on', async () => {
    const { cookie } = await loggedIn('fay');
    const changed = await browser.logIn('fay', PASSWORD, { body: { newPassword: 'staple correct horse' } });
    expect([await use(cookie), await use(cookieIn(changed))]).toEqual([401, 200]);
  });
});

describe('Query.sessions and Mutation.revokeSession', () => {
  test('ok: one’s own, the last used first, with what tells them apart, bounded', async () => {
    const { cookie } = await loggedIn('gus', 'one');
    clock.time += MINUTE;
    const second = await again('gus', 'x'.repeat(3000));
    const { sessions } = (await browser.graphql(cookie, SESSIONS)).body.data;
    expect(sessions.map((one: Json) => [one.clientAddress, one.userAgent.length, one.isCurrent])).toEqual([
      ['127.0.0.1', 255, false],
      ['127.0.0.1', 3, true],
    ]);
    const input = { sessionId: sessions[0].id };
    expect((await browser.graphql(cookie, REVOKE, { input })).body.data.revokeSession).toEqual(input);
    expect([await use(second), await use(cookie)]).toEqual([401, 200]);
    expect((await browser.graphql(cookie, SESSIONS)).body.data.sessions).toHaveLength(1);
  });

  test('ok: those of a user whom the caller may disable', async () => {
    const { cookie, userId } = await loggedIn('hal');
    const { sessions } = (await server.graphql(SESSIONS, { user: { id: userId } }, admin)).body.data;
    expect(sessions).toHaveLength(1);
    await server.graphql(REVOKE, { input: { sessionId: sessions[0].id } }, admin);
    expect(await use(cookie)).toBe(401);
  });

  test('forbidden and hidden: those of others', async () => {
    const { userId } = await loggedIn('ida');
    const id = (await rowOf(userId))?.id ?? '';
    const expiresAt = new Date(clock.time + 1e9);
    const reader = await server.token({ scope: { type: 'domain', domainId }, role: 'reader', expiresAt });
    const foreign = await server.token({
      scope: { type: 'domain', domainId: await server.domain() },
      role: 'admin',
      expiresAt,
    });
    expect(codeOf(await server.graphql(SESSIONS, { user: { id: userId } }, reader.token))).toBe('FORBIDDEN');
    const missing = await server.graphql(SESSIONS, { user: { id: newId('User') } }, foreign.token);
    const hidden = await server.graphql(SESSIONS, { user: { id: userId } }, foreign.token);
    expect([codeOf(hidden), hidden.comparable]).toEqual(['NOT_FOUND', missing.comparable]);
    for (const { token } of [reader, foreign]) {
      const other = await server.graphql(REVOKE, { input: { sessionId: id } }, token);
      const none = await server.graphql(REVOKE, { input: { sessionId: newId('Token') } }, token);
      expect([codeOf(other), other.comparable]).toEqual(['NOT_FOUND', none.comparable]);
    }
  });
});
