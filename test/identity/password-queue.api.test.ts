import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashesWaiting } from '../../src/identity/index.js';
import { startTestServer, type TestServer } from '../harness/server.js';

const LOG_IN = `mutation ($user: String!, $password: String!, $newPassword: String) {
  issueToken(input: { proof: { password: { user: $user, password: $password, newPassword: $newPassword } } }) {
    token } }`;
const CREATE = `mutation ($name: String!) {
  createUser(input: { name: $name, password: "correct horse battery" }) { user { id } userErrors { code } } }`;
const PASSWORD = 'correct horse battery';
const STRANGERS = 40;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ settings: { passwordCost: 16 }, trustedProxies: ['127.0.0.0/8'] });
  const password = readFileSync(server.adminPasswordPath, 'utf8').trim();
  await logIn('198.51.100.1', { password, newPassword: PASSWORD });
}, 60_000);
afterAll(() => server.close());

interface Answered {
  readonly status: number;
  readonly retryAfter: string | null;
}

async function ask(query: string, variables: object, headers: object, signal?: AbortSignal): Promise<Answered> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
    ...(signal && { signal }),
  });
  await response.text();
  return { status: response.status, retryAfter: response.headers.get('retry-after') };
}

const logIn = (source: string, variables: object, signal?: AbortSignal) =>
  ask(LOG_IN, { user: 'admin', ...variables }, { 'x-forwarded-for': source }, signal);

/** Wrong passwords, for names that exist and that do not, from as many sources. */
function strangers(count: number, from = (nth: number) => `192.0.2.${nth}`, signal?: AbortSignal) {
  const done: number[] = [];
  const all = Array.from({ length: count }, async (_, nth) => {
    const user = nth % 2 === 0 ? 'admin' : `nobody-${nth}`;
    const answer = await logIn(from(nth), { user, password: 'not the password' }, signal).catch(() => null);
    if (answer?.status === 200) done.push(nth);
    return answer;
  });
  return { done, all: Promise.all(all) };
}

const untilWaiting = (count: number) =>
  expect.poll(hashesWaiting, { timeout: 20_000, interval: 2 }).toBeGreaterThanOrEqual(count);

describe('while strangers from many sources try passwords', () => {
  test('ok: who logged in from there before does not wait for them', async () => {
    const { done, all } = strangers(STRANGERS);
    await untilWaiting(STRANGERS / 2);
    const { status } = await logIn('198.51.100.1', { password: PASSWORD });
    // They would have been before it, each and all.
    expect([status, hashesWaiting() > 0, done.length < STRANGERS]).toEqual([200, true, true]);
    await all;
  }, 60_000);

  test('refused: more of one source than may wait; others, who came later, have their turn', async () => {
    const one = strangers(60, () => '203.0.113.7');
    await untilWaiting(10);
    const other = await logIn('203.0.113.8', { password: 'not the password' });
    expect([other.status, hashesWaiting() > 0]).toEqual([200, true]);
    const answers = await one.all;
    const refused = answers.filter((answer) => answer?.status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(refused.map((answer) => answer?.retryAfter))).toEqual(new Set(['2']));
  }, 60_000);

  test('ok: who went away waits no more', async () => {
    const leaving = new AbortController();
    const { all } = strangers(STRANGERS, undefined, leaving.signal);
    await untilWaiting(STRANGERS / 2);
    leaving.abort();
    await expect.poll(hashesWaiting, { timeout: 20_000, interval: 2 }).toBe(0);
    await all;
  }, 60_000);
});

describe('while one principal makes users', () => {
  test('ok: a log-in from anywhere is done before them; those that are too many are refused', async () => {
    const scope = { type: 'domain', domainId: await server.defaultDomainId() } as const;
    const { token } = await server.token({ scope, role: 'admin' });
    const headers = { authorization: `Bearer ${token}` };
    const made = Promise.all(Array.from({ length: 14 }, (_, nth) => ask(CREATE, { name: `user-${nth}` }, headers)));
    await untilWaiting(6);
    const { status } = await logIn('203.0.113.9', { password: 'not the password' });
    expect([status, hashesWaiting() > 0]).toEqual([200, true]);
    const statuses = (await made).map((answer) => answer.status);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(statuses.filter((one) => one === 200).length).toBeGreaterThanOrEqual(9);
  }, 60_000);
});
