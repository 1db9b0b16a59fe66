import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/platform/ids.js';
import { basic, codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';

const VIEWER = '{ viewer { kind } }';
const LOG_IN = `mutation ($user: String!, $password: String!, $newPassword: String) {
  issueToken(input: { proof: { password: { user: $user, password: $password, newPassword: $newPassword } } }) {
    token } }`;
const wrong = (user: string) => ({ user, password: 'not the password' });

/** A clock that stands still until a test moves it. */
const clock = { time: Date.UTC(2026, 0, 1), now: () => new Date(clock.time) };
let server: TestServer;
let anotherSource = 0;
beforeAll(async () => {
  const limits = { requestsPerSecondPerPrincipal: 2, requestsPerSecondPerSource: 6, logInsPerMinutePerUser: 3 };
  server = await startTestServer({ clock, limits, trustedProxies: ['127.0.0.0/8'] });
}, 60_000);
afterAll(() => server.close());

async function ask(query: string, variables: object, headers: Record<string, string>) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    body: (await response.json()) as Json,
  };
}

const from = (source: string) => ({ 'x-forwarded-for': source });
const elsewhere = () => from(`192.0.2.${++anotherSource}`);
const statuses = async (count: number, run: () => Promise<{ readonly status: number }>) => {
  const seen: number[] = [];
  for (let left = count; left > 0; left -= 1) seen.push((await run()).status);
  return seen;
};

describe('rates', () => {
  test('refused: a principal that sends too much, from wherever, until it waited', async () => {
    const { token } = await server.token({ scope: { type: 'unscoped' } });
    const asker = () => ask(VIEWER, {}, { ...elsewhere(), authorization: `Bearer ${token}` });
    expect(await statuses(10, asker)).toEqual(Array(10).fill(200));
    const refused = await asker();
    expect(refused).toMatchObject({ status: 429, retryAfter: '1' });
    expect(refused.body.errors[0].extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 1 });
    const another = await server.token({ scope: { type: 'unscoped' } });
    expect((await ask(VIEWER, {}, { ...elsewhere(), authorization: `Bearer ${another.token}` })).status).toBe(200);
    clock.time += 1000;
    expect(await statuses(3, asker)).toEqual([200, 200, 429]);
  });

  test('refused: a source that sends too much, before its token is looked at', async () => {
    const headers = { ...from('198.51.100.7'), authorization: 'Bearer rubbish' };
    expect(new Set(await statuses(30, () => ask(VIEWER, {}, headers)))).toEqual(new Set([401]));
    expect((await ask(VIEWER, {}, headers)).status).toBe(429);
    expect((await ask(VIEWER, {}, from('198.51.100.8'))).status).toBe(401);
  });

  test('refused: passwords for one name too often, whether it exists, from wherever', async () => {
    for (const user of ['admin', 'nobody']) {
      const attempt = () => ask(LOG_IN, wrong(user), elsewhere());
      expect(await statuses(3, attempt)).toEqual([200, 200, 200]);
      const refused = await attempt();
      expect(refused).toMatchObject({ status: 429, retryAfter: '20' });
      expect(refused.body.errors[0].extensions.code).toBe('RATE_LIMITED');
    }
    expect((await ask(LOG_IN, wrong('somebody'), elsewhere())).status).toBe(200);
    clock.time += 20_000;
    const password = readFileSync(server.adminPasswordPath, 'utf8').trim();
    const answer = await server.graphql(LOG_IN, { user: 'admin', password, newPassword: 'correct horse battery' });
    expect([answer.status, codeOf(answer)]).toEqual([200, undefined]);
  });
});

describe('wrong keys of API credentials', () => {
  test('refused: too often, whether there is such a credential; the right key never waits', async () => {
    const scope = await server.project(await server.defaultDomainId());
    const { token } = await server.token({ scope, role: 'reader' });
    const create = `mutation ($expiresAt: DateTime!) { createApiCredential(input: {
      name: "script", expiresAt: $expiresAt }) { apiCredential { id } key } }`;
    const expiresAt = new Date(clock.time + 3_600_000);
    const made = (await server.graphql(create, { expiresAt }, token)).body.data.createApiCredential;
    const { id } = made.apiCredential;
    const by = (shown: { id: string; key: string }) => () =>
      ask(VIEWER, {}, { ...elsewhere(), authorization: basic(shown) });
    const wrongKey = `bwk_${'A'.repeat(43)}`;
    for (const shown of [id, newId('ApiCredential')])
      expect(await statuses(4, by({ id: shown, key: wrongKey }))).toEqual([401, 401, 401, 429]);
    expect((await by({ id, key: made.key })()).status).toBe(200);
  });

  test('refused: the same where a token is asked for by one; the right key never waits', async () => {
    const scope = await server.project(await server.defaultDomainId());
    const { token } = await server.token({ scope, role: 'reader' });
    const create = `mutation ($expiresAt: DateTime!) { createApiCredential(input: {
      name: "login", expiresAt: $expiresAt }) { apiCredential { id } key } }`;
    const expiresAt = new Date(clock.time + 3_600_000);
    const made = (await server.graphql(create, { expiresAt }, token)).body.data.createApiCredential;
    const issue = `mutation ($credential: CredentialProof!) {
      issueToken(input: { proof: { credential: $credential } }) { token } }`;
    const { id } = made.apiCredential;
    const by = (shown: string, key: string) => () => ask(issue, { credential: { id: shown, key } }, elsewhere());
    const wrongKey = `bwk_${'A'.repeat(43)}`;
    for (const shown of [id, newId('ApiCredential')])
      expect(await statuses(4, by(shown, wrongKey))).toEqual([200, 200, 200, 429]);
    expect((await by(id, made.key)()).body.data.issueToken.token).toMatch(/^bwt_/);
  });
});

describe('wrong passwords from one address', () => {
  test('refused: the name waits there, whether it exists, and nowhere else', async () => {
    const waiting = await startTestServer({
      clock,
      limits: { logInWaitMaxMs: 300_000 },
      trustedProxies: ['127.0.0.0/8'],
    });
    try {
      const attempt = async (user: string, source: string) => {
        const { status, headers } = await fetch(`${waiting.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...from(source) },
          body: JSON.stringify({ query: LOG_IN, variables: wrong(user) }),
        });
        return `${status} ${headers.get('retry-after')}`;
      };
      for (const user of ['admin', 'nobody']) {
        for (let count = 0; count < 5; count++) expect(await attempt(user, '192.0.2.1')).toBe('200 null');
        expect(await attempt(user, '192.0.2.1')).toBe('429 2');
      }
      expect(await attempt('admin', '192.0.2.2')).toBe('200 null');
    } finally {
      await waiting.close();
    }
  }, 60_000);
});
