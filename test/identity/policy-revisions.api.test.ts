import { Writable } from 'node:stream';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { bumpEpoch } from '../../src/authority/index.js';
import { policyOverrides, policyRevisions } from '../../src/identity/overrides/tables.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';

const SET = `mutation ($input: SetPolicyOverridesInput!) {
  done: setPolicyOverrides(input: $input) { revision { number } userErrors { code path } } }`;
const ROLL_BACK = `mutation ($input: RollbackPolicyOverridesInput!) {
  done: rollbackPolicyOverrides(input: $input) { revision { number } userErrors { code path } } }`;
const TRY = `mutation ($input: SetPolicyCandidateInput!) {
  done: setPolicyCandidate(input: $input) { revision { number } userErrors { code } } }`;
const REVISION = 'query ($number: Int) { policyRevision(number: $number) { number enforceNewDefaults } }';
const CREATE_DOMAIN = 'mutation ($input: CreateDomainInput!) { createDomain(input: $input) { domain { id } } }';

const lines: string[] = [];
const log = pino(new Writable({ write: (chunk, _encoding, done) => done(void lines.push(String(chunk))) }));
let server: TestServer;
let admin: string;
beforeAll(async () => {
  server = await startTestServer({ log });
  admin = (await server.token({ scope: { type: 'system' }, role: 'admin' })).token;
});
afterAll(() => server.close());

const done = async (mutation: string, input: object): Promise<Json> =>
  (await server.graphql(mutation, { input }, admin)).body.data.done;
const revision = async (number?: number): Promise<Json> =>
  (await server.graphql(REVISION, { number }, admin)).body.data.policyRevision;
const set = async (checks: Readonly<Record<string, string>>, more: object = {}) => {
  const overrides = Object.entries(checks).map(([name, check]) => ({ name, check }));
  return done(SET, { overrides, baseRevision: (await revision()).number, ...more });
};
afterEach(() => set({}));

describe('Mutation.rollbackPolicyOverrides', () => {
  test('stale: when another revision came into force since', async () => {
    const first = (await set({ 'domain:create': 'role:manager' })).revision.number;
    const second = (await set({ 'domain:create': 'role:reader' })).revision.number;
    expect(await done(ROLL_BACK, { revision: 0, baseRevision: first })).toEqual({
      revision: null,
      userErrors: [{ code: 'STALE_ETAG', path: ['input', 'baseRevision'] }],
    });
    expect((await revision()).number).toBe(second);
  });
});

describe('Mutation.rollbackPolicyOverrides, to what never came into force', () => {
  test('hidden: a candidate, and a number that nothing has', async () => {
    const overrides = [{ name: 'domain:create', check: 'role:reader' }];
    const candidate = (await done(TRY, { overrides, reason: 'never' })).revision.number;
    for (const number of [candidate, 99_999]) {
      const input = { revision: number, baseRevision: (await revision()).number };
      expect(codeOf(await server.graphql(ROLL_BACK, { input }, admin))).toBe('NOT_FOUND');
    }
  });
});

describe('Mutation.rollbackPolicyOverrides, to a set of an older version', () => {
  test('invalid: one with a check that cannot be used any more, and one that locks administrators out', async () => {
    for (const [name, checkText] of [
      ['gone:get', 'role:reader'],
      ['policy:override', '!'],
    ] as const) {
      // Candidates have numbers too.
      const number = (await revision()).number + 100;
      await server.services.db.transaction(async (tx) => {
        const row = { isCandidate: false, enforceNewDefaults: true, userId: null, createdAt: new Date() };
        // As if it had come into force and been replaced.
        await tx.insert(policyRevisions).values([
          { ...row, number },
          { ...row, number: number + 1 },
        ]);
        await tx.insert(policyOverrides).values({ revision: number, name, checkText });
        await bumpEpoch(tx);
      });
      const { userErrors } = await done(ROLL_BACK, { revision: number, baseRevision: number + 1 });
      expect(userErrors).toEqual([{ code: 'INVALID', path: ['input', 'revision'] }]);
      expect((await revision()).number).toBe(number + 1);
    }
  });
});

describe('Mutation.setPolicyOverrides', () => {
  const CHANGED = `{ auditEntries(first: 1, filter: { actions: [POLICY_OVERRIDES_SET] }) { nodes { details } } }`;
  const changed = async (): Promise<string[]> =>
    (await server.graphql(CHANGED, {}, admin)).body.data.auditEntries.nodes[0].details.changed;

  test('bounded: the audit entry names fifty policies, and says how many more there are only when there are', async () => {
    const free = server.services.declared.policies.filter(
      ({ scopeTypes, isEssential }) => scopeTypes !== 'public' && !isEssential,
    );
    const names = free.map(({ name }) => name).sort();
    const checks = (count: number) => Object.fromEntries(names.slice(0, count).map((name) => [name, 'role:admin']));
    expect((await set(checks(50))).userErrors).toEqual([]);
    expect(await changed()).toEqual(names.slice(0, 50));
    await set({});
    expect((await set(checks(52))).userErrors).toEqual([]);
    expect(await changed()).toEqual([...names.slice(0, 50), 'and 2 more']);
  });

  test('ok: to enforce new defaults, or not yet, is a change of its own', async () => {
    const checks = { 'domain:create': 'role:manager' };
    const first = (await set(checks, { enforceNewDefaults: false })).revision.number;
    const second = (await set(checks, { enforceNewDefaults: true })).revision.number;
    expect(second).toBe(first + 1);
    expect((await set(checks, { enforceNewDefaults: true })).revision.number).toBe(second);
  });

  test.each(['', ' ', 'a\u0000b', 'x'.repeat(256)])('invalid: the name %j, of a rule as of a policy', async (name) => {
    const { number } = await revision();
    expect(await set({ [name]: '@' })).toEqual({
      revision: null,
      userErrors: [{ code: 'INVALID', path: ['input', 'overrides', '0', 'name'] }],
    });
    expect((await revision()).number).toBe(number);
  });
});

describe('Query.policyRevision', () => {
  test('ok: what is declared takes new defaults; a revision, what it was set with', async () => {
    expect(await revision(0)).toEqual({ number: 0, enforceNewDefaults: true });
    const { number } = (await set({ 'domain:create': 'role:manager' }, { enforceNewDefaults: false })).revision;
    expect(await revision(number)).toEqual({ number, enforceNewDefaults: false });
  });
});

test('ok: what a candidate would decide otherwise is logged once, however often it is decided', async () => {
  const manager = (await server.token({ scope: { type: 'system' }, role: 'manager' })).token;
  const { number } = (
    await done(TRY, { overrides: [{ name: 'domain:create', check: 'role:manager' }], reason: 'see first' })
  ).revision;
  for (const name of ['one', 'two', 'three']) await server.graphql(CREATE_DOMAIN, { input: { name } }, manager);
  const said = lines.map((line) => JSON.parse(line)).filter(({ candidate }) => candidate === number);
  expect(said).toMatchObject([{ level: 40, policy: 'domain:create', change: 'DENIED_TO_ALLOWED' }]);
});

test('ok: counts of a candidate that could not be stored are told, kept, and stored the next time', async () => {
  const manager = (await server.token({ scope: { type: 'system' }, role: 'manager' })).token;
  const overrides = [{ name: 'domain:create', check: 'role:manager or role:admin' }];
  await done(TRY, { overrides, reason: 'see first' });
  expect(codeOf(await server.graphql(CREATE_DOMAIN, { input: { name: 'tried' } }, manager))).toBe('FORBIDDEN');
  const { inForce, db } = server.services;
  const changes = async () => {
    const query = '{ policyCandidate { changes { policy change count } } }';
    return (await server.graphql(query, {}, admin)).body.data.policyCandidate.changes;
  };
  let isTold = false;
  const aborted = db.transaction(async (tx) => {
    // From here on the transaction takes no statement.
    await tx.execute(sql`select 1 / 0`).catch(() => {});
    isTold = await inForce.flush(tx).then(
      () => false,
      () => true,
    );
    throw new Error('undone');
  });
  await expect(aborted).rejects.toThrow('undone');
  expect(isTold).toBe(true);
  expect(await changes()).toEqual([]);
  await inForce.flush(db);
  expect(await changes()).toEqual([{ policy: 'domain:create', change: 'DENIED_TO_ALLOWED', count: 1 }]);
  for (const name of ['once', 'twice']) await server.graphql(CREATE_DOMAIN, { input: { name } }, manager);
  await inForce.flush(db);
  expect(await changes()).toEqual([{ policy: 'domain:create', change: 'DENIED_TO_ALLOWED', count: 3 }]);
});

test('ok: a stored override that fits no policy any more is said in the log, and the others are in force', async () => {
  const { number } = await revision();
  await server.services.db.transaction(async (tx) => {
    const row = { isCandidate: false, enforceNewDefaults: true, userId: null, createdAt: new Date() };
    await tx.insert(policyRevisions).values({ ...row, number: number + 100 });
    await tx.insert(policyOverrides).values([
      { revision: number + 100, name: 'gone:get', checkText: 'role:reader' },
      { revision: number + 100, name: 'domain:create', checkText: 'role:manager' },
    ]);
    await bumpEpoch(tx);
  });
  const manager = (await server.token({ scope: { type: 'system' }, role: 'manager' })).token;
  const answer = await server.graphql(CREATE_DOMAIN, { input: { name: 'others' } }, manager);
  expect(answer.body.data.createDomain.domain.id).toMatch(/^dom_/);
  const said = lines.filter((line) => line.includes('an override cannot be used as it is'));
  expect(said.map((line) => JSON.parse(line))).toMatchObject([{ level: 40, revision: number + 100, name: 'gone:get' }]);
});
