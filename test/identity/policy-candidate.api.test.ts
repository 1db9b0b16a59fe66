import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';

const TRY = `mutation ($input: SetPolicyCandidateInput!) {
  done: setPolicyCandidate(input: $input) { revision { number } userErrors { code message } } }`;
const END = `mutation ($input: DeletePolicyCandidateInput!) {
  done: deletePolicyCandidate(input: $input) { revision { number } userErrors { code } } }`;
const SET = `mutation ($input: SetPolicyOverridesInput!) {
  done: setPolicyOverrides(input: $input) { revision { number } userErrors { code } } }`;
const ROLL_BACK = `mutation ($input: RollbackPolicyOverridesInput!) {
  done: rollbackPolicyOverrides(input: $input) { revision { number } userErrors { code } } }`;
const CANDIDATE = `{ policyCandidate {
  revision { number overrides { name check } } changes { policy scopeType change count firstAt lastAt } } }`;
const CREATE_DOMAIN = 'mutation ($input: CreateDomainInput!) { createDomain(input: $input) { domain { id } } }';

let server: TestServer;
let admin: string;
let manager: string;
let reader: string;
beforeAll(async () => {
  server = await startTestServer({ metricsToken: 'scraper' });
  const tokenOf = async (role: 'admin' | 'manager' | 'reader') =>
    (await server.token({ scope: { type: 'system' }, role })).token;
  [admin, manager, reader] = [await tokenOf('admin'), await tokenOf('manager'), await tokenOf('reader')];
}, 60_000);
afterAll(() => server.close());

async function tryOut(checks: Readonly<Record<string, string>>): Promise<number> {
  const overrides = Object.entries(checks).map(([name, check]) => ({ name, check }));
  const { body } = await server.graphql(TRY, { input: { overrides, reason: 'see first' } }, admin);
  expect(body.data.done.userErrors).toEqual([]);
  return body.data.done.revision.number;
}

let count = 0;
const createDomain = (token: string) => server.graphql(CREATE_DOMAIN, { input: { name: `d-${++count}` } }, token);

async function told(): Promise<Json> {
  await server.services.inForce.flush(server.services.db);
  return (await server.graphql(CANDIDATE, {}, reader)).body.data.policyCandidate;
}

beforeEach(async () => {
  await tryOut({});
});

describe('Mutation.setPolicyCandidate', () => {
  test('ok: what it would allow is still denied, what it would deny is still allowed; both are counted', async () => {
    const number = await tryOut({ 'domain:create': 'role:manager and not role:admin' });
    for (let n = 0; n < 3; n++) expect(codeOf(await createDomain(manager))).toBe('FORBIDDEN');
    expect((await createDomain(admin)).body.data.createDomain.domain.id).toMatch(/^dom_/);
    const { revision, changes } = await told();
    expect(revision).toEqual({
      number,
      overrides: [{ name: 'domain:create', check: 'role:manager and not role:admin' }],
    });
    expect(changes).toEqual([
      expect.objectContaining({ policy: 'domain:create', scopeType: 'SYSTEM', change: 'DENIED_TO_ALLOWED', count: 3 }),
      // Asked before the transaction and again in it: one request, one count.
      expect.objectContaining({ policy: 'domain:create', scopeType: 'SYSTEM', change: 'ALLOWED_TO_DENIED', count: 1 }),
    ]);
    const metrics = await fetch(`${server.url}/metrics`, { headers: { authorization: 'Bearer scraper' } });
    expect(await metrics.text()).toContain(
      'bailiwick_policy_candidate_changes_total{policy="domain:create",scope="system",change="DENIED_TO_ALLOWED"} 3',
    );
  });

  test('ok: what only a rule would change is counted too', async () => {
    const { number } = (await server.graphql('{ policyRevision { number } }', {}, admin)).body.data.policyRevision;
    const overrides = [
      { name: 'builders', check: 'role:admin' },
      { name: 'domain:create', check: 'rule:builders' },
    ];
    await server.graphql(SET, { input: { overrides, baseRevision: number } }, admin);
    await tryOut({ builders: 'role:manager', 'domain:create': 'rule:builders' });
    expect(codeOf(await createDomain(manager))).toBe('FORBIDDEN');
    expect((await told()).changes).toMatchObject([
      { policy: 'domain:create', scopeType: 'SYSTEM', change: 'DENIED_TO_ALLOWED', count: 1 },
    ]);
    await server.graphql(SET, { input: { overrides: [], baseRevision: number + 2 } }, admin);
  });

  test('ok: rows are compared too, and what is the same is not counted', async () => {
    await tryOut({ 'user:get': 'user_id:%(id)s', 'domain:get': 'role:reader' });
    const home = await server.defaultDomainId();
    const user = await server.user(home);
    const seen = await server.graphql('query ($id: ID!) { user(ref: { id: $id }) { id } }', { id: user }, reader);
    expect(seen.body.data.user.id).toBe(user);
    await server.graphql('query ($id: ID!) { domain(ref: { id: $id }) { id } }', { id: home }, reader);
    expect((await told()).changes).toMatchObject([{ policy: 'user:get', change: 'ALLOWED_TO_DENIED', count: 1 }]);
  });

  test('ok: it is counted on while other policies come into force, and no more where they are the same', async () => {
    await tryOut({ 'domain:create': 'role:manager' });
    await createDomain(manager);
    const { number } = (await server.graphql('{ policyRevision { number } }', {}, admin)).body.data.policyRevision;
    const overrides = [{ name: 'domain:create', check: 'role:manager' }];
    await server.graphql(SET, { input: { overrides, baseRevision: number } }, admin);
    expect((await createDomain(manager)).body.data.createDomain.domain.id).toMatch(/^dom_/);
    expect((await told()).changes).toMatchObject([{ change: 'DENIED_TO_ALLOWED', count: 1 }]);
  });

  test('ok: a list of the permissions one has is no decision', async () => {
    await tryOut({ 'audit:verify': 'role:admin' });
    await server.graphql('{ viewer { permissions } }', {}, reader);
    expect((await told()).changes).toEqual([]);
  });

  test('invalid: a set that could not come into force', async () => {
    const input = { overrides: [{ name: 'policy:override', check: '!' }] };
    const { body } = await server.graphql(TRY, { input }, admin);
    expect(body.data.done.userErrors).toMatchObject([{ code: 'INVALID' }]);
  });
});

describe('Mutation.rollbackPolicyOverrides', () => {
  test('hidden: a candidate, tried or ended, is no set to go back to, as a revision that does not exist', async () => {
    const { number } = (await server.graphql('{ policyRevision { number } }', {}, admin)).body.data.policyRevision;
    const rollBack = (revision: number) =>
      server.graphql(ROLL_BACK, { input: { revision, baseRevision: number } }, admin);
    const candidate = await tryOut({ 'domain:create': 'role:manager' });
    const missing = await rollBack(99_999);
    expect(codeOf(missing)).toBe('NOT_FOUND');
    expect((await rollBack(candidate)).comparable).toBe(missing.comparable);
    await server.graphql(END, { input: {} }, admin);
    expect((await rollBack(candidate)).comparable).toBe(missing.comparable);
  });
});

describe('Mutation.deletePolicyCandidate', () => {
  test('ok: nothing is tried out any more', async () => {
    const number = await tryOut({ 'domain:create': 'role:manager' });
    const { body } = await server.graphql(END, { input: {} }, admin);
    expect(body.data.done.revision).toEqual({ number });
    await createDomain(manager);
    expect(await told()).toBeNull();
    expect(codeOf(await server.graphql(END, { input: {} }, admin))).toBe('NOT_FOUND');
  });

  test('ok: a candidate is no revision that was in force', async () => {
    const number = await tryOut({});
    const answer = await server.graphql(
      'query ($n: Int) { policyRevision(number: $n) { number } }',
      { n: number },
      reader,
    );
    expect(codeOf(answer)).toBe('NOT_FOUND');
  });
});
