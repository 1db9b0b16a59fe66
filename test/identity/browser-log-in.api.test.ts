import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tokens } from '../../src/identity/tokens/tables.js';
import { newId } from '../../src/platform/ids.js';
import { standingClock } from '../harness/clock.js';
import { type Json, startTestServer, type TestServer } from '../harness/server.js';
import { browserOf, cookieIn, OWN_PAGE, reasonOf, send } from './browser.js';

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

// biome-ignore lint/suspicious/noExplicitAny: an id of the test's own.
const asUser = (id: string) => id as any;

describe('POST /session', () => {
  test('ok: the cookie is for this server’s pages alone, and the answer has nothing that a script may not have', async () => {
    const userId = await person('ann');
    const answer = await browser.logIn('ann', PASSWORD);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      expiresAt: new Date(clock.time + 120 * MINUTE).toISOString(),
      idleExpiresAt: new Date(clock.time + 30 * MINUTE).toISOString(),
      user: { id: userId, name: 'ann' },
    });
    const [set] = answer.headers['set-cookie'] as string[];
    expect(set).toMatch(/^bailiwick=bwb_[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect((await browser.session(cookieIn(answer))).body).toEqual(answer.body);
  });

  test('audited: by whom and from where, and what is stored is no secret', async () => {
    const { userId, cookie } = await loggedIn('bea');
    const [row] = await server.services.db
      .select()
      .from(tokens)
      .where(eq(tokens.userId, asUser(userId)));
    expect(JSON.stringify(row)).not.toContain(cookie.split('=')[1]);
    const query = '{ auditEntries(first: 200, filter: { actions: [SESSION_OPENED] }) { nodes { action details } } }';
    const { nodes } = (await server.graphql(query, {}, admin)).body.data.auditEntries;
    const entry = nodes.find((one: Json) => one.details.user === 'bea');
    expect(entry.details).toMatchObject({ sessionId: row?.id, clientAddress: '127.0.0.1' });
    expect(JSON.stringify(nodes)).not.toContain('bwb_');
  });

  test('refused: wrong passwords, all alike; after some of them the right one waits too', async () => {
    const limited = await startTestServer({ limits: { logInWaitMaxMs: 60_000 } });
    const page = browserOf(limited);
    const answers = [];
    for (let count = 0; count < 6; count++) answers.push(await page.logIn('nobody', 'wrong horse battery'));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429]);
    expect(answers.every(({ headers }) => headers['set-cookie'] === undefined)).toBe(true);
    await limited.close();
  });

  test('refused: a password that must change, until a new one comes with it', async () => {
    const input = { name: 'cat', password: PASSWORD, mustChangePassword: true };
    await server.graphql(CREATE_USER, { input }, admin);
    expect(reasonOf(await browser.logIn('cat', PASSWORD))).toBe('PASSWORD_CHANGE_REQUIRED');
    const weak = await browser.logIn('cat', PASSWORD, { body: { newPassword: 'short' } });
    expect([weak.status, weak.body.errors[0].extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
    expect((await browser.logIn('cat', PASSWORD, { body: { newPassword: 'staple correct horse' } })).status).toBe(200);
  });

  test('malformed: says where, and repeats nothing', async () => {
    for (const body of [{ user: 'ann' }, { password: 1 }, { extra: PASSWORD }]) {
      const answer = await browser.logIn('ann', PASSWORD, { body });
      expect(answer.body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
      expect(JSON.stringify(answer.body)).not.toContain(PASSWORD);
    }
  });

  test('refused: by plain HTTP from elsewhere, by address or by name, with what is needed', async () => {
    const proxied = await startTestServer({ trustedProxies: ['127.0.0.1'] });
    const page = browserOf(proxied);
    const far = await page.logIn('ann', PASSWORD, { headers: { 'x-forwarded-for': '203.0.113.9' } });
    const named = await browser.logIn('ann', PASSWORD, { headers: { host: 'bailiwick.example.org' } });
    for (const answer of [far, named]) {
      expect([answer.status, reasonOf(answer)]).toEqual([401, 'TLS_REQUIRED']);
      expect(answer.body.errors[0].message).toContain('BAILIWICK_PUBLIC_URL');
    }
    await proxied.close();
  });

  test('ok: behind a proxy that has TLS, the cookie is bound to its host', async () => {
    const publicUrl = 'https://bailiwick.example.org';
    const behind = await startTestServer({ app: { publicUrl } });
    const expired = { ...OWN_PAGE, origin: publicUrl };
    const log = (headers: object) =>
      send(behind, '/session', { method: 'DELETE', headers: { ...expired, cookie: '__Host-bailiwick=x', ...headers } });
    const answer = await log({});
    expect([answer.status, reasonOf(answer)]).toEqual([401, undefined]);
    expect(answer.headers['set-cookie']).toEqual([
      '__Host-bailiwick=; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=0',
    ]);
    expect(reasonOf(await log({ origin: behind.url }))).toBe('NOT_OWN_PAGE');
    await behind.close();
  });

  test('ok: a new log-in of the same browser ends the session that it had', async () => {
    const { cookie } = await loggedIn('dan');
    const next = cookieIn(await browser.logIn('dan', PASSWORD, { cookie }));
    expect((await browser.session(cookie)).status).toBe(401);
    expect((await browser.session(next)).status).toBe(200);
  });

  test('ok: one session too many ends the one that is longest unused', async () => {
    const { userId, cookie } = await loggedIn('eve');
    const [row] = await server.services.db
      .select()
      .from(tokens)
      .where(eq(tokens.userId, asUser(userId)));
    if (!row) throw new Error('There is no session.');
    const later = new Date(clock.time + 31 * MINUTE);
    const others = Array.from({ length: 49 }, () => ({
      ...row,
      id: newId('Token'),
      hash: newId('Token'),
      idleExpiresAt: later,
    }));
    await server.services.db.insert(tokens).values(others);
    const last = cookieIn(await browser.logIn('eve', PASSWORD));
    expect([(await browser.session(cookie)).status, (await browser.session(last)).status]).toEqual([401, 200]);
  });
});
