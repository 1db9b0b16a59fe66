import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashesWaiting } from '../../src/identity/users/index.js';
import { passwordQueue } from '../../src/identity/users/password.js';
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
  server = await startTestServer({ settings: { passwordCost: 14 }, trustedProxies: ['127.0.0.0/8'] });
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

const untilWaiting = (count: number) => expect.poll(hashesWaiting, { timeout: 40_000, interval: 5 }).toBe(count);

/** Takes both places, so that all that a story sends waits, until it lets go. */
async function held(): Promise<() => void> {
  const ends: (() => void)[] = [];
  for (const key of ['first', 'second']) {
    const task = () => new Promise<void>((end) => ends.push(end));
    void passwordQueue.run({ lane: 'known', key, waitMaxMs: 60_000 }, task);
  }
  await expect.poll(() => ends.length).toBe(2);
  return () => {
    for (const end of ends) end();
  };
}

describe('while strangers from many sources try passwords', () => {
  test('ok: who logged in from there before waits for none of them', async () => {
    const letGo = await held();
    const { done, all } = strangers(STRANGERS);
    await untilWaiting(STRANGERS);
    const known = logIn('198.51.100.1', { password: PASSWORD });
    await untilWaiting(STRANGERS + 1);
    letGo();
    expect((await known).status).toBe(200);
    // What runs beside it, and what was answered in the meantime.
    expect(done.length).toBeLessThan(STRANGERS / 4);
    await all;
    expect(done).toHaveLength(STRANGERS);
  }, 90_000);

  test('refused: more of one source than may wait; another, which came later, has its turn', async () => {
    const letGo = await held();
    const one = strangers(40, () => '203.0.113.7');
    await untilWaiting(16);
    const other = logIn('203.0.113.8', { password: 'not the password' });
    await untilWaiting(17);
    letGo();
    expect((await other).status).toBe(200);
    expect(one.done.length).toBeLessThan(8);
    const refused = (await one.all).filter((answer) => answer?.status === 429);
    expect(refused.map((answer) => answer?.retryAfter)).toEqual(Array(24).fill('2'));
  }, 90_000);

  test('ok: who went away waits no more', async () => {
    const letGo = await held();
    const leaving = new AbortController();
    const { all } = strangers(STRANGERS, undefined, leaving.signal);
    await untilWaiting(STRANGERS);
    leaving.abort();
    await untilWaiting(0);
    letGo();
    await all;
  }, 90_000);
});

describe('while one principal makes users', () => {
  test('ok: a log-in from anywhere takes turns with them; those that are too many are refused', async () => {
    const scope = { type: 'domain', domainId: await server.defaultDomainId() } as const;
    const { token } = await server.token({ scope, role: 'admin' });
    const headers = { authorization: `Bearer ${token}` };
    const letGo = await held();
    let [done, refused] = [0, 0];
    const make = async (_: unknown, nth: number) => {
      const { status } = await ask(CREATE, { name: `made-${nth}` }, headers);
      if (status === 200) done += 1;
      if (status === 429) refused += 1;
    };
    const made = Promise.all(Array.from({ length: 20 }, make));
    await untilWaiting(8);
    // All have come before the first has its turn.
    await expect.poll(() => refused, { timeout: 40_000 }).toBe(12);
    const logged = logIn('203.0.113.9', { password: 'not the password' });
    await untilWaiting(9);
    letGo();
    expect((await logged).status).toBe(200);
    expect(done).toBeLessThan(4);
    await made;
    expect([done, refused]).toEqual([8, 12]);
  }, 90_000);
});
