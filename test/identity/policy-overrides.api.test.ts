import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  codeOf,
  type Json,
  type RoleName,
  startTestServer,
  type TestScope,
  type TestServer,
} from '../harness/server.js';

const REVISION = 'revision { number enforceNewDefaults rolledBackTo reason user { id } overrides { name check } }';
const SET = `mutation ($input: SetPolicyOverridesInput!) {
  done: setPolicyOverrides(input: $input) { ${REVISION} userErrors { code message path } } }`;
const ROLL_BACK = `mutation ($input: RollbackPolicyOverridesInput!) {
  done: rollbackPolicyOverrides(input: $input) { ${REVISION} userErrors { code message path } } }`;
const PREVIEW = `query ($input: PreviewPolicyChangeInput!) { previewPolicyChange(input: $input) {
  preview {
    baseRevision hash
    differences { policy operations persona scopeType target change }
    proofs { policy scopeType verdict counterexample { atom value } } }
  userErrors { code message path } } }`;
const POLICY = `query ($name: String!) { policy(name: $name) {
  override isEssential checks { scopeType check } defaultChecks { scopeType check boundary } deprecated { check } } }`;
const IN_FORCE = '{ policyRevision { number overrides { name check } } }';
const CREATE_DOMAIN = `mutation ($input: CreateDomainInput!) {
  createDomain(input: $input) { domain { id } userErrors { code } } }`;
const AUDIT = `query ($filter: AuditEntryFilter) { auditEntries(first: 200, filter: $filter) {
  nodes { action outcome policy details requestId } } }`;

let server: TestServer;
let admin: string;
let adminId: string;
beforeAll(async () => {
  server = await startTestServer();
  ({ token: admin, userId: adminId } = await server.token({ scope: { type: 'system' }, role: 'admin' }));
}, 60_000);
afterAll(() => server.close());

const tokenOf = async (scope: TestScope, role: RoleName) => (await server.token({ scope, role })).token;
const numberInForce = async (): Promise<number> =>
  (await server.graphql(IN_FORCE, {}, admin)).body.data.policyRevision.number;

/** Sets overrides on top of what is in force, and answers the payload. */
async function set(checks: Readonly<Record<string, string>>, more: object = {}): Promise<Json> {
  const overrides = Object.entries(checks).map(([name, check]) => ({ name, check }));
  const input = { overrides, baseRevision: await numberInForce(), ...more };
  return (await server.graphql(SET, { input }, admin)).body.data.done;
}

const createDomain = (token: string, name: string) => server.graphql(CREATE_DOMAIN, { input: { name } }, token);

afterEach(async () => {
  await set({});
});

describe('Mutation.setPolicyOverrides', () => {
  test('ok: the next request is decided by the new check, and by the default once it is back', async () => {
    const manager = await tokenOf({ type: 'system' }, 'manager');
    expect(codeOf(await createDomain(manager, 'before'))).toBe('FORBIDDEN');
    const { revision, userErrors } = await set({ 'domain:create': 'role:manager' }, { reason: 'growth' });
    expect(userErrors).toEqual([]);
    expect(revision).toMatchObject({
      enforceNewDefaults: true,
      reason: 'growth',
      user: { id: adminId },
      overrides: [{ name: 'domain:create', check: 'role:manager' }],
    });
    expect((await createDomain(manager, 'during')).body.data.createDomain.userErrors).toEqual([]);
    await set({});
    expect(codeOf(await createDomain(manager, 'after'))).toBe('FORBIDDEN');
  });

  test('ok: lists are filtered by the new check', async () => {
    const home = await server.defaultDomainId();
    const reader = await tokenOf({ type: 'domain', domainId: home }, 'reader');
    const names = async () => {
      const { body } = await server.graphql('{ users(first: 200) { nodes { id } } }', {}, reader);
      return body.data.users.nodes.length;
    };
    const all = await names();
    expect(all).toBeGreaterThan(1);
    await set({ 'user:get': 'user_id:%(id)s' });
    expect(await names()).toBe(1);
  });

  test('ok: an override opens neither another scope nor another tenant', async () => {
    const member = await tokenOf({ type: 'domain', domainId: await server.domain() }, 'member');
    await set({ 'domain:create': '@', 'domain:get': '@' });
    const answer = await createDomain(member, 'sideways');
    expect(answer.body.errors[0].extensions).toMatchObject({ code: 'FORBIDDEN', reason: 'WRONG_SCOPE' });
    const other = await server.domain();
    const seen = await server.graphql('query ($id: ID!) { domain(ref: { id: $id }) { id } }', { id: other }, member);
    expect(codeOf(seen)).toBe('NOT_FOUND');
  });

  test('ok: a rule of the set is used by its checks', async () => {
    const manager = await tokenOf({ type: 'system' }, 'manager');
    const { userErrors } = await set({ builders: 'role:manager', 'domain:create': 'rule:builders' });
    expect(userErrors).toEqual([]);
    expect((await createDomain(manager, 'by-rule')).body.data.createDomain.userErrors).toEqual([]);
  });

  test.each([
    ['an empty check', '', 'line 1, column 1'],
    ['a word without a colon', 'admin', 'line 1, column 1'],
    ['a word without a colon on a later line', 'role:admin or\n  admin', 'line 2, column 3'],
    ['false', 'false', 'line 1, column 1'],
    ['null', 'null', 'line 1, column 1'],
    ['an empty list', '[]', 'line 1, column 1'],
    ['a rule that is gone', 'not rule:gone', 'line 1, column 5'],
    ['the policy itself inside not', 'not rule:domain:create', 'line 1, column 5'],
    ['an unknown credential field', 'shoe_size:%(id)s', 'line 1, column 1'],
    ['an unknown target key', 'role:admin and user_id:%(owner)s', 'line 1, column 24'],
  ])('invalid: %s, naming the place', async (_name, check, place) => {
    const before = await numberInForce();
    const { revision, userErrors } = await set({ 'domain:create': check });
    expect(revision).toBeNull();
    expect(userErrors).toEqual([
      { code: 'INVALID', message: expect.stringContaining(place), path: ['input', 'overrides', '0', 'check'] },
    ]);
    expect(userErrors[0].message).toContain('domain:create');
    expect(await numberInForce()).toBe(before);
  });

  test('invalid: a rule that refers to itself inside not', async () => {
    const { userErrors } = await set({ odd: 'role:admin and not rule:odd' });
    expect(userErrors).toEqual([
      {
        code: 'INVALID',
        message: expect.stringContaining('cycle: odd -> odd'),
        path: ['input', 'overrides', '0', 'check'],
      },
    ]);
  });

  test.each([
    ['false', false],
    ['null', null],
    ['a list', []],
    ['a number', 1],
  ])('invalid: %s as a check is no text', async (_name, check) => {
    const input = { overrides: [{ name: 'domain:create', check }], baseRevision: await numberInForce() };
    expect(codeOf(await server.graphql(SET, { input }, admin))).toBe('BAD_USER_INPUT');
  });

  test('invalid: names that are no policy, public, or given twice', async () => {
    expect((await set({ 'unicorn:ride': '@' })).userErrors[0]).toMatchObject({
      code: 'INVALID',
      message: 'there is no such policy',
    });
    expect((await set({ 'token:issue': '!' })).userErrors[0].message).toContain('public');
    const overrides = [1, 2].map(() => ({ name: 'domain:create', check: '@' }));
    const input = { overrides, baseRevision: await numberInForce() };
    const { userErrors } = (await server.graphql(SET, { input }, admin)).body.data.done;
    expect(userErrors[0]).toMatchObject({ code: 'INVALID', path: ['input', 'overrides', '1', 'name'] });
  });

  test.each([
    ['policy:override', '!'],
    ['policy:override', 'role:admin and user_id:somebody'],
    ['policy:get', 'role:no_such_role'],
    ['assignment:grant', 'role:admin and domain_id:%(domain_id)s'],
    ['audit:list', 'not role:admin'],
  ])('invalid: %s as %s would lock administrators of the system out', async (name, check) => {
    const { userErrors } = await set({ [name]: check });
    expect(userErrors).toEqual([
      { code: 'INVALID', message: expect.stringContaining(name), path: ['input', 'overrides', '0', 'check'] },
    ]);
  });

  test('invalid: locking administrators out through a rule', async () => {
    const { userErrors } = await set({ nobody: '!', 'policy:override': 'rule:nobody' });
    expect(userErrors).toEqual([
      {
        code: 'INVALID',
        message: expect.stringContaining('policy:override'),
        path: ['input', 'overrides', '1', 'check'],
      },
    ]);
  });

  test('ok: an essential policy may be narrowed to administrators, and widened', async () => {
    expect((await set({ 'audit:list': 'role:admin' })).userErrors).toEqual([]);
    expect((await set({ 'assignment:grant': 'role:member or role:admin' })).userErrors).toEqual([]);
  });

  test('stale: a change that is based on another revision', async () => {
    const { userErrors } = await set({}, { baseRevision: (await numberInForce()) + 1 });
    expect(userErrors).toMatchObject([{ code: 'STALE_ETAG', path: ['input', 'baseRevision'] }]);
  });

  test('forbidden: for everybody but administrators of the system, and audited', async () => {
    const manager = await tokenOf({ type: 'system' }, 'manager');
    const domainAdmin = await tokenOf({ type: 'domain', domainId: await server.defaultDomainId() }, 'admin');
    const input = { overrides: [{ name: 'domain:create', check: '@' }], baseRevision: await numberInForce() };
    for (const token of [manager, domainAdmin]) {
      const answer = await server.graphql(SET, { input }, token);
      expect(codeOf(answer)).toBe('FORBIDDEN');
      const { body } = await server.graphql(AUDIT, { filter: { actions: ['REQUEST_DENIED'] } }, admin);
      const entry = body.data.auditEntries.nodes.find((node: Json) => node.requestId === answer.requestId);
      expect(entry).toMatchObject({ outcome: 'DENIED', policy: 'policy:override' });
    }
  });

  test('audited: who changed which policies, without their checks', async () => {
    const { revision } = await set({ 'domain:create': 'role:manager' }, { reason: 'growth' });
    const { body } = await server.graphql(AUDIT, { filter: { actions: ['POLICY_OVERRIDES_SET'] } }, admin);
    const entry = body.data.auditEntries.nodes.find(
      ({ details }: Json) => details.baseRevision === revision.number - 1,
    );
    expect(entry.details).toMatchObject({ changed: ['domain:create'], reason: 'growth', enforceNewDefaults: true });
    expect(JSON.stringify(entry)).not.toContain('role:manager');
  });
});

describe('Mutation.rollbackPolicyOverrides', () => {
  const rollBack = async (revision: number) => {
    const input = { revision, baseRevision: await numberInForce(), reason: 'mistake' };
    return server.graphql(ROLL_BACK, { input }, admin);
  };

  test('ok: an earlier set is back in force as a new revision', async () => {
    const manager = await tokenOf({ type: 'system' }, 'manager');
    const first = (await set({ 'domain:create': 'role:manager' })).revision.number;
    const second = (await set({ 'domain:create': '!' })).revision.number;
    expect(codeOf(await createDomain(admin, 'never'))).toBe('FORBIDDEN');
    const { revision } = (await rollBack(first)).body.data.done;
    expect(revision).toMatchObject({ number: second + 1, rolledBackTo: first, reason: 'mistake' });
    expect((await createDomain(manager, 'again')).body.data.createDomain.userErrors).toEqual([]);
    const { body } = await server.graphql('{ policyRevisions(first: 3) { nodes { number rolledBackTo } } }', {}, admin);
    expect(body.data.policyRevisions.nodes).toEqual([
      { number: second + 1, rolledBackTo: first },
      { number: second, rolledBackTo: null },
      { number: first, rolledBackTo: null },
    ]);
  });

  test('ok: revision 0 is what is declared', async () => {
    await set({ 'domain:create': '!' });
    expect((await rollBack(0)).body.data.done.revision).toMatchObject({ rolledBackTo: 0, overrides: [] });
  });

  test('hidden: a revision that does not exist', async () => {
    expect(codeOf(await rollBack(99_999))).toBe('NOT_FOUND');
  });
});

describe('Query.previewPolicyChange', () => {
  const preview = async (checks: Readonly<Record<string, string>>, token = admin): Promise<Json> => {
    const overrides = Object.entries(checks).map(([name, check]) => ({ name, check }));
    return (await server.graphql(PREVIEW, { input: { overrides } }, token)).body.data.previewPolicyChange;
  };

  test('ok: who gains and who loses, on which rows, and a counterexample', async () => {
    const { preview: found } = await preview({ 'domain:create': 'role:manager', 'agent:ban': '!' });
    expect(found.differences).toContainEqual({
      policy: 'domain:create',
      operations: ['Mutation.createDomain'],
      persona: 'system-manager',
      scopeType: 'SYSTEM',
      target: 'any row',
      change: 'DENIED_TO_ALLOWED',
    });
    const banned = found.differences.filter(({ policy }: Json) => policy === 'agent:ban');
    expect(banned.map(({ persona, target, change }: Json) => `${persona}: ${target}: ${change}`)).toEqual([
      'system-admin: any row: ALLOWED_TO_DENIED',
      'system-admin: own: ALLOWED_TO_DENIED',
      'project-admin: any row: ALLOWED_TO_DENIED',
      'project-admin: own, node_id null: ALLOWED_TO_DENIED',
    ]);
    expect(found.proofs).toEqual([
      { policy: 'agent:ban', scopeType: 'SYSTEM', verdict: 'NO_NEW_ACCESS', counterexample: null },
      { policy: 'agent:ban', scopeType: 'PROJECT', verdict: 'NO_NEW_ACCESS', counterexample: null },
      {
        policy: 'domain:create',
        scopeType: 'SYSTEM',
        verdict: 'NEW_ACCESS',
        counterexample: expect.arrayContaining([
          { atom: 'role:manager', value: 'TRUE' },
          { atom: 'role:admin', value: 'FALSE' },
        ]),
      },
    ]);
  });

  test('ok: the set in force is what it compares with', async () => {
    await set({ 'domain:create': 'role:manager' });
    expect((await preview({ 'domain:create': 'role:manager' })).preview).toMatchObject({ differences: [], proofs: [] });
    const { preview: back } = await preview({});
    expect(back.differences.map(({ persona, change }: Json) => `${persona} ${change}`)).toEqual([
      'system-manager ALLOWED_TO_DENIED',
    ]);
  });

  test('ok: a change of nothing but a rule shows whom it lets in, with the proof', async () => {
    await set({ 'domain:create': 'rule:builders', builders: 'role:admin' });
    const { preview: found } = await preview({ 'domain:create': 'rule:builders', builders: 'role:manager' });
    const told = found.differences.map(({ policy, persona, change }: Json) => `${policy} ${persona} ${change}`);
    expect([...new Set(told)]).toEqual(['domain:create system-manager DENIED_TO_ALLOWED']);
    expect(found.proofs).toMatchObject([{ policy: 'domain:create', scopeType: 'SYSTEM', verdict: 'NEW_ACCESS' }]);
    const same = await preview({ 'domain:create': 'rule:makers', makers: 'role:admin' });
    expect(same.preview).toMatchObject({ differences: [], proofs: [] });
  });

  test('ok: it changes nothing, and its hash lets the same set through', async () => {
    const before = await numberInForce();
    const { preview: found } = await preview({ 'domain:create': 'role:manager' });
    expect(found.baseRevision).toBe(before);
    expect(await numberInForce()).toBe(before);
    const { userErrors } = await set({ 'domain:create': 'role:manager' }, { previewHash: found.hash });
    expect(userErrors).toEqual([]);
  });

  test('conflict: a hash of another set, or on another revision', async () => {
    const { preview: found } = await preview({ 'domain:create': 'role:manager' });
    const other = await set({ 'domain:create': 'role:member' }, { previewHash: found.hash });
    expect(other.userErrors).toMatchObject([{ code: 'PREVIEW_OUTDATED', path: ['input', 'previewHash'] }]);
    await set({ 'domain:create': 'role:member' });
    const late = await set({ 'domain:create': 'role:manager' }, { previewHash: found.hash });
    expect(late.userErrors).toMatchObject([{ code: 'PREVIEW_OUTDATED' }]);
    await set({});
  });

  test('invalid: what could not come into force is not previewed', async () => {
    expect((await preview({ 'domain:create': 'admin' })).userErrors).toMatchObject([{ code: 'INVALID' }]);
  });
});

describe('Query.policy', () => {
  test('ok: the check in force stands beside the default and the override', async () => {
    await set({ 'domain:create': '( role:manager )' });
    const reader = await tokenOf({ type: 'system' }, 'reader');
    expect((await server.graphql(POLICY, { name: 'domain:create' }, reader)).body.data.policy).toEqual({
      override: '( role:manager )',
      isEssential: false,
      checks: [{ scopeType: 'SYSTEM', check: 'role:manager' }],
      defaultChecks: [{ scopeType: 'SYSTEM', check: 'role:admin', boundary: null }],
      deprecated: null,
    });
  });
});
