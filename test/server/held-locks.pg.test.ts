import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestPostgres } from '../harness/engine.js';
import { type OutsideSession, outsideSession } from '../harness/outside-session.js';
import { type Answer, codeOf, startTestServer, type TestServer } from '../harness/server.js';

const CREATE = 'mutation ($input: CreateDomainInput!) { createDomain(input: $input) { domain { name } } }';
const LOCK_WAIT_MAX_MS = 1000;
/** More than there are connections. */
const WRITERS = 40;
/** A server that waits for the lock without end would go on then. */
const HELD_AT_MOST_MS = 20_000;

const EPOCH = { text: 'select * from authorization_epoch for update' };

let server: TestServer;
let outside: OutsideSession;
let token: string;
beforeAll(async () => {
  server = await startTestServer({
    open: (statements) =>
      openTestPostgres(statements, undefined, { lockWaitMaxMs: LOCK_WAIT_MAX_MS, connectionWaitMaxMs: 3000 }),
  });
  outside = await outsideSession(server.database);
  token = (await server.token({ scope: { type: 'system' }, role: 'admin' })).token;
}, 60_000);
afterAll(async () => {
  await outside.end();
  await server.close();
});

const create = (name: string) => server.graphql(CREATE, { input: { name } }, token);

const ping = async () => (await fetch(`${server.url}/readyz`)).status;

test('ok: reads, new tokens and readiness while another session holds the epoch; writes are UNAVAILABLE in time', async () => {
  const stranger = await server.token({ scope: { type: 'system' }, role: 'reader' });
  const order: string[] = [];
  const noted = async <T>(what: string, run: Promise<T>): Promise<T> => {
    const result = await run;
    order.push(what);
    return result;
  };
  const { answers, reads, ready } = await outside.whileHeld(EPOCH, HELD_AT_MOST_MS, async () => {
    const started = performance.now();
    const writing = Array.from({ length: WRITERS }, (_, n) => noted('write', create(`held ${n}`)));
    // Until those that come in wait for the lock.
    while ((await outside.waiting()) < 2 && performance.now() - started < HELD_AT_MOST_MS) await delay(10);
    const reading = Array.from({ length: WRITERS }, (_, n) =>
      noted('read', server.graphql('{ domains { nodes { id } } }', {}, n % 2 === 0 ? token : stranger.token)),
    );
    const [reads, ready] = await Promise.all([Promise.all(reading), noted('ready', ping())]);
    return { reads, ready, answers: await Promise.all(writing) };
  });
  // Neither waited for the writes, most of which wait for a connection.
  expect(order.lastIndexOf('read')).toBeLessThan(order.lastIndexOf('write'));
  expect(order.indexOf('ready')).toBeLessThan(order.lastIndexOf('write'));
  expect(reads.map(({ status, body }) => [status, body.errors])).toEqual(reads.map(() => [200, undefined]));
  expect(ready).toBe(200);
  const told = (answer: Answer) => [
    answer.status,
    codeOf(answer),
    answer.body.errors?.[0]?.extensions.retryAfterSeconds,
  ];
  expect(answers.map(told)).toEqual(answers.map(() => [503, 'UNAVAILABLE', 5]));
  expect((await create('after the lock')).body.data.createDomain.domain.name).toBe('after the lock');
}, 60_000);
