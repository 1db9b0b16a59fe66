import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rowsOf } from '../../src/db/rows.js';
import { openTestPostgres } from '../harness/engine.js';
import { type Answer, codeOf, startTestServer, type TestServer } from '../harness/server.js';
import { type SeverableLink, severableLink } from '../harness/severable-link.js';

/** What would tell a caller about the database or the program. */
const FAULT = /ECONN|CONNECT|127\.0\.0\.1|select|postgres|failed query| {4}at /i;
/** Requests fail, and the server is back, within this. */
const PATIENCE_MS = 5000;
const WHO = '{ viewer { kind } }';

let link: SeverableLink;
let server: TestServer;
let token: string;
const statements: string[] = [];
beforeAll(async () => {
  const { hostname, port } = new URL(process.env.TEST_DATABASE_URL ?? '');
  link = await severableLink({ host: hostname, port: Number(port || 5432) });
  server = await startTestServer({
    open: (listener) => openTestPostgres(listener, link.port),
    statements: { logQuery: (statement) => statements.push(statement) },
  });
  token = (await server.token({ scope: { type: 'system' }, role: 'member' })).token;
}, 60_000);
afterAll(async () => {
  await server.close();
  await link.cut();
});

const readiness = async () => {
  const response = await fetch(`${server.url}/readyz`);
  return { status: response.status, text: await response.text() };
};
async function databaseName(): Promise<string> {
  const [row] = await rowsOf<{ name: string }>(server.services.db, sql`select current_database() as name`);
  return row?.name ?? '';
}
const me = () => server.graphql(WHO, {}, token);

async function withinPatience<T>(run: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await run();
  expect(performance.now() - started).toBeLessThan(PATIENCE_MS);
  return result;
}

async function backAgain(): Promise<void> {
  await link.mend();
  await withinPatience(async () => {
    while ((await readiness()).status !== 200) await delay(50);
  });
  expect((await me()).body.data.viewer.kind).toBe('USER');
}

/** A request whose caller is known before the link is cut and whose body comes after. */
async function cutAfterAuthentication(method: string, path: string, body: string): Promise<Answer> {
  statements.length = 0;
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': body.length,
  };
  const sent = request(`${server.url}${path}`, { method, headers });
  const answer = new Promise<Answer>((resolve, reject) => {
    sent.on('error', reject).on('response', async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode ?? 0, body: JSON.parse(text), requestId: '', comparable: text });
    });
  });
  sent.flushHeaders();
  while (!statements.some((statement) => statement.includes('"tokens"'))) await delay(5);
  // The answer to the last of them.
  await delay(500);
  await link.cut();
  sent.end(body);
  return answer;
}

test('unavailable: every request while the database cannot be reached, and the same token counts once it is back', async () => {
  expect((await me()).body.data.viewer.kind).toBe('USER');
  expect((await readiness()).status).toBe(200);
  await link.cut();
  for (let round = 0; round < 8; round++) {
    const answer = await withinPatience(me);
    expect([answer.status, codeOf(answer)]).toEqual([503, 'UNAVAILABLE']);
    expect(answer.comparable).not.toMatch(FAULT);
    const { status, text } = await withinPatience(readiness);
    expect(status).toBe(503);
    expect(text).not.toMatch(FAULT);
  }
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  await backAgain();
});

test('unavailable: a query whose database goes while it is read', async () => {
  const answer = await cutAfterAuthentication(
    'POST',
    '/graphql',
    JSON.stringify({ query: '{ domains { nodes { id } } }' }),
  );
  expect([answer.body.data.domains, codeOf(answer)]).toEqual([null, 'UNAVAILABLE']);
  expect(answer.comparable).not.toMatch(FAULT);
  await backAgain();
});

test('unavailable: changes whose connections the database ends in the midst of them, and the next are made', async () => {
  const name = await databaseName();
  const admin = postgres(process.env.TEST_DATABASE_URL ?? '', { max: 1, onnotice: () => {} });
  const { token } = await server.token({ scope: { type: 'system' }, role: 'admin' });
  const create = 'mutation ($input: CreateDomainInput!) { createDomain(input: $input) { domain { name } } }';
  const change = (name: string) => server.graphql(create, { input: { name } }, token);
  const told = new Set<string | undefined>();
  for (let round = 0; round < 30; round++) {
    const changes = Array.from({ length: 16 }, (_, n) => change(`${round}.${n}`));
    await delay(round);
    await admin`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`;
    for (const answer of await Promise.all(changes)) {
      told.add(codeOf(answer));
      expect(answer.comparable).not.toMatch(FAULT);
    }
  }
  await admin.end();
  expect([...told].sort()).toEqual(['UNAVAILABLE', undefined]);
  // Until those that ended have been noticed.
  while (codeOf(await change(`back ${performance.now()}`)) !== undefined) await delay(50);
  await delay(1000);
  // More than there are connections, so that none of them is left broken.
  const names = Array.from({ length: 40 }, (_, n) => `after ${n}`);
  const answers = await Promise.all(names.map(change));
  expect(answers.map(({ body }) => body.data?.createDomain?.domain.name)).toEqual(names);
}, 180_000);

test('unavailable: an upload whose database goes while it is sent, and it can be sent again', async () => {
  const body = 'content';
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  const create = `mutation ($input: CreateUploadInput!) { createUpload(input: $input) { path userErrors { code } } }`;
  const made = await server.graphql(create, { input: { size: body.length, digest } }, token);
  const { path } = made.body.data.createUpload;
  const answer = await cutAfterAuthentication('PUT', path, body);
  expect([answer.status, codeOf(answer)]).toEqual([503, 'UNAVAILABLE']);
  expect(answer.comparable).not.toMatch(FAULT);
  await backAgain();
  const again = await fetch(`${server.url}${path}`, {
    method: 'PUT',
    body,
    headers: { authorization: `Bearer ${token}` },
  });
  expect(again.status).toBe(204);
});
