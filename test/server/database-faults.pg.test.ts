import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Logger } from '../../src/platform/log.js';
import { openTestPostgres } from '../harness/engine.js';
import { type OutsideSession, outsideSession } from '../harness/outside-session.js';
import { type Answer, codeOf, startTestServer, type TestServer } from '../harness/server.js';

const CREATE = 'mutation ($input: CreateDomainInput!) { createDomain(input: $input) { domain { name } } }';
/** Not a superuser: limits of sessions do not hold for those. */
const OWNER = `limited_${process.pid}`;
const SESSIONS = 4;

let server: TestServer;
let outside: OutsideSession;
let token: string;
let database: string;
const logged: { cause: string }[] = [];
beforeAll(async () => {
  const log = { error: (fact: { cause: string }) => logged.push(fact) } as unknown as Logger;
  server = await startTestServer({
    open: (statements) => openTestPostgres(statements, undefined, { owner: OWNER, log }),
  });
  outside = await outsideSession(server.database);
  [{ database }] = (await outside.ask('select current_database() as database')) as [{ database: string }];
  token = (await server.token({ scope: { type: 'system' }, role: 'admin' })).token;
}, 60_000);
afterAll(async () => {
  await outside.end();
  await server.close();
});
beforeEach(() => {
  logged.length = 0;
});

let made = 0;
const create = () => server.graphql(CREATE, { input: { name: `domain ${made++}` } }, token);
const readiness = async () => {
  const response = await fetch(`${server.url}/readyz`);
  return [response.status, await response.text()];
};
const notReady = (why: string) => [503, `not ready\ndatabase: the database ${why}\n`];
/** Ends the sessions of the server; those that it begins now are under the settings of now. */
const endSessions = () =>
  outside.ask(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${OWNER}'`);
const told = (answer: Answer) => [answer.status, codeOf(answer)];

async function wellAgain(): Promise<void> {
  for (let round = 0; round < 200 && (await readiness())[0] !== 200; round += 1) await delay(50);
  expect(await readiness()).toEqual([200, 'ready\n']);
  // As many as there are connections, so that none of them is left as it was.
  for (let round = 0; round < 50 && codeOf(await create()) !== undefined; round += 1) await delay(50);
}

test('unavailable: writes while the database is read-only by its settings, and readiness says so; every connection writes again after', async () => {
  await outside.ask(`alter database ${database} set default_transaction_read_only = on`);
  await endSessions();
  await delay(100);
  const answers = await Promise.all(Array.from({ length: 24 }, create));
  expect(new Set(answers.map(codeOf))).toEqual(new Set(['UNAVAILABLE']));
  while (codeOf(await server.graphql('{ viewer { kind } }', {}, token)) !== undefined) await delay(50);
  expect(told(await create())).toEqual([503, 'UNAVAILABLE']);
  for (let round = 0; round < 3; round += 1) {
    expect(await readiness()).toEqual(notReady('accepts no writes: it is a standby, or read-only by its settings'));
  }
  expect((await server.graphql('{ viewer { kind } }', {}, token)).body.data.viewer.kind).toBe('USER');
  await outside.ask(`alter database ${database} reset default_transaction_read_only`);
  await wellAgain();
  for (let round = 0; round < 3; round += 1) {
    const after = await Promise.all(Array.from({ length: 24 }, create));
    // A connection that began before ends with its first write.
    if (round > 0) expect(after.map(codeOf)).toEqual(after.map(() => undefined));
  }
}, 60_000);

test('unavailable: what needs a session that the database has no room for, and readiness says so', async () => {
  await outside.ask(`alter role ${OWNER} connection limit ${SESSIONS}`);
  await endSessions();
  await delay(100);
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => server.graphql('{ domains { nodes { id } } }', {}, token)),
  );
  expect(new Set(answers.map(codeOf).filter((code) => code !== undefined))).toEqual(new Set(['UNAVAILABLE']));
  while (server.database.failures('too-many-sessions') === 0) await create();
  expect(await readiness()).toEqual(notReady('has no room for more sessions'));
  await outside.ask(`alter role ${OWNER} connection limit -1`);
  await wellAgain();
}, 60_000);

test('ok: a cause is logged once in a while, however many requests meet it, and counted each time', async () => {
  const before = server.database.failures('disk-full');
  await outside.ask(`create function full_disk() returns trigger language plpgsql as
    $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$;
    create trigger full_disk before insert on domains execute function full_disk()`);
  const answers = [];
  for (let round = 0; round < 10; round += 1) answers.push(...(await Promise.all(Array.from({ length: 10 }, create))));
  await outside.ask('drop function full_disk cascade');
  expect(answers.map(told)).toEqual(answers.map(() => [503, 'UNAVAILABLE']));
  expect(server.database.failures('disk-full') - before).toBe(100);
  // Ten seconds apart; a slow machine takes longer than that for a hundred.
  expect(logged.length).toBeLessThan(10);
  expect(logged[0]).toMatchObject({ cause: 'disk-full', err: { codes: ['53100'] } });
  await wellAgain();
}, 60_000);
