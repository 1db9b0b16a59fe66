import { afterAll, beforeAll, expect, test } from 'vitest';
import { bumpEpoch, lockEpoch } from '../../src/authority/index.js';
import { insert } from '../../src/identity/overrides/repository.js';
import { TRUST, watch } from '../events/watch.js';
import { codeOf, startTestServer, type TestServer } from '../harness/server.js';

const SET = `mutation ($input: SetPolicyOverridesInput!) {
  done: setPolicyOverrides(input: $input) { revision { number } userErrors { code } } }`;
const DOMAINS = '{ domains(first: 1) { nodes { id } } }';
const ROUNDS = process.env.TEST_ENGINE === 'postgres' ? 25 : 8;
const ASKERS = 20;

/** Two processes' worth of server on one database, which share nothing else. */
let servers: readonly [TestServer, TestServer];
let admin: string;
let reader: string;
beforeAll(async () => {
  const first = await startTestServer();
  const { database } = first;
  const second = await startTestServer({
    open: async () => ({ database, db: database.db, engine: database.engine, close: async () => {} }),
  });
  servers = [first, second];
  const tokenOf = async (role: 'admin' | 'reader') => (await first.token({ scope: { type: 'system' }, role })).token;
  [admin, reader] = [await tokenOf('admin'), await tokenOf('reader')];
}, 60_000);
afterAll(async () => {
  for (const server of [...servers].reverse()) await server.close();
});

/** Sets overrides through one server; returns once that is acknowledged. */
async function set(server: TestServer, checks: Readonly<Record<string, string>>): Promise<void> {
  const { body } = await server.graphql('{ policyRevision { number } }', {}, admin);
  const baseRevision = body.data.policyRevision.number;
  const overrides = Object.entries(checks).map(([name, check]) => ({ name, check }));
  const { data } = (await server.graphql(SET, { input: { overrides, baseRevision } }, admin)).body;
  expect(data.done.userErrors).toEqual([]);
}

test('ok: no request that starts after the acknowledged change is decided by the old check, on either server', async () => {
  let isOver = false;
  // Others ask all the time, so that changes fall among look-ups that are under way.
  const busy = servers.map(async (server) => {
    while (!isOver) await server.graphql(DOMAINS, {}, reader);
  });
  let trials = 0;
  const wrong: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const isOpen of [false, true]) {
      await set(servers[round % 2 === 0 ? 0 : 1], isOpen ? {} : { 'domain:get': '!' });
      const answers = await Promise.all(
        Array.from({ length: ASKERS }, (_, n) => (servers[n % 2] as TestServer).graphql(DOMAINS, {}, reader)),
      );
      trials += answers.length;
      for (const [n, answer] of answers.entries()) {
        const isAllowed = codeOf(answer) === undefined && answer.body.data.domains.nodes.length === 1;
        if (isAllowed !== isOpen) wrong.push(`round ${round}, server ${n % 2}, open ${isOpen}: ${answer.comparable}`);
      }
    }
  }
  isOver = true;
  await Promise.all(busy);
  expect(trials).toBe(ROUNDS * 2 * ASKERS);
  expect(wrong).toEqual([]);
}, 120_000);

test('forbidden: a stream that is open on the other server ends with the next look', async () => {
  const scope = await servers[0].project(await servers[0].defaultDomainId());
  const { token } = await servers[0].token({ scope, role: 'reader' });
  const watcher = watch(servers[1].url, token, TRUST);
  await watcher.open();
  await set(servers[0], { 'agent:get': 'role:admin' });
  expect(await watcher.end()).toBe('complete');
  expect(watcher.answers.map(({ errors }) => errors?.[0].extensions.code)).toEqual(['FORBIDDEN']);
  watcher.kill();
  await set(servers[0], {});
});

test('ok: a revision of another version is in force as far as it can be, and denies where it cannot', async () => {
  const [server] = servers;
  const { db } = server.services;
  const row = { isCandidate: false, enforceNewDefaults: true, userId: null, reason: null, rolledBackTo: null };
  await db.transaction(async (tx) => {
    await lockEpoch(tx, 'update');
    await insert(tx, { ...row, createdAt: new Date() }, [
      { name: 'unicorn:ride', check: '@' },
      { name: 'domain:get', check: 'role:reader and not user_id:%(gone)s' },
      { name: 'domain:create', check: 'role:reader' },
    ]);
    await bumpEpoch(tx);
  });
  const { database } = server;
  const restarted = await startTestServer({
    open: async () => ({ database, db: database.db, engine: database.engine, close: async () => {} }),
  });
  for (const each of [server, restarted]) {
    expect(codeOf(await each.graphql(DOMAINS, {}, admin))).toBe('FORBIDDEN');
    const { body } = await each.graphql('{ viewer { permissions } }', {}, reader);
    expect(body.data.viewer.permissions).toContain('domain:create');
  }
  await set(server, {});
  expect(codeOf(await restarted.graphql(DOMAINS, {}, reader))).toBeUndefined();
  await restarted.close();
});
