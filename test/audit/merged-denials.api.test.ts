import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newId } from '../../src/platform/ids.js';
import { type Bearer, type Json, startTestServer, type TestServer } from '../harness/server.js';

const CREATE = 'mutation { createDomain(input: { name: "a" }) { userErrors { code } } }';
const WINDOW_MS = 600_000;
/** Looks like a bearer, and is what a caller may call a field. */
const SECRET = `bwt_${'s3cr3t'.repeat(5)}`;

let server: TestServer;
let reader: Bearer;
let scope: Awaited<ReturnType<TestServer['project']>>;

async function start(settings: object) {
  server = await startTestServer({ settings, metricsToken: 'm'.repeat(32) });
  scope = await server.project(await server.defaultDomainId());
  reader = await server.token({ scope, role: 'reader' });
}

async function denials(actorId = reader.userId): Promise<Json[]> {
  const auditor = await server.token({ scope: { type: 'system' }, role: 'reader' });
  const query = `query ($id: ID!) { auditEntries(filter: { outcomes: [DENIED], actorIds: [$id] }) {
    nodes { action policy requestId details target: targetId } } }`;
  const { nodes } = (await server.graphql(query, { id: actorId }, auditor.token)).body.data.auditEntries;
  return [...nodes].sort((a, b) => (a.details.count ?? 0) - (b.details.count ?? 0));
}

async function metric(name: string): Promise<number> {
  const text = await (
    await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${'m'.repeat(32)}` } })
  ).text();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
}

async function times(count: number, query: string, token = reader.token): Promise<string[]> {
  const requestIds: string[] = [];
  for (let nth = 0; nth < count; nth++) requestIds.push((await server.graphql(query, {}, token)).requestId);
  return requestIds;
}

describe('denials of one caller', () => {
  beforeEach(() => start({ denialWindowMs: WINDOW_MS }), 60_000);
  afterEach(() => server.close());

  test('audited: the first at once; more of the same are counted, and not an entry each', async () => {
    const [first] = await times(20, CREATE);
    const fact = { action: 'REQUEST_DENIED', policy: 'domain:create' };
    const details = { path: 'createDomain', reason: 'WRONG_SCOPE' };
    expect(await denials()).toEqual([{ ...fact, requestId: first, details, target: null }]);
    expect(await metric('bailiwick_denials_merged_total')).toBe(19);
    expect(await metric('bailiwick_denials_lost_total')).toBe(0);
  });

  test('audited: another policy, another field, another credential and another caller each for itself', async () => {
    await times(2, CREATE);
    await times(
      2,
      'mutation { createUser(input: { name: "a", password: "correct horse battery" }) { userErrors { code } } }',
    );
    const second = await server.token({ scope, userId: reader.userId });
    await times(2, CREATE, second.token);
    expect((await denials()).map(({ policy }) => policy)).toEqual(['domain:create', 'user:create', 'domain:create']);
    const other = await server.token({ scope, role: 'reader' });
    await times(2, CREATE, other.token);
    expect(await denials(other.userId)).toHaveLength(1);
  });

  test('audited: what is hidden or missing to who changes it, the same way', async () => {
    const member = await server.token({ scope, role: 'admin' });
    const ban = () => `mutation { banAgent(input: { agent: { id: "${newId('Agent')}" } }) { userErrors { code } } }`;
    for (let nth = 0; nth < 5; nth++) await times(1, ban(), member.token);
    expect(await denials(member.userId)).toMatchObject([{ policy: 'agent:ban', details: { reason: 'NOT_FOUND' } }]);
    expect(await metric('bailiwick_denials_merged_total')).toBe(4);
  });
});

describe('the end of a window', () => {
  test('audited: one entry tells how many more there were, and the next denial is written at once again', async () => {
    await start({ denialWindowMs: 2000 });
    try {
      const requestIds = await times(4, CREATE);
      await expect.poll(() => denials(), { timeout: 20_000 }).toHaveLength(2);
      const [first, more] = await denials();
      expect(first).toMatchObject({ requestId: requestIds[0], details: { path: 'createDomain' } });
      expect(more).toMatchObject({ policy: 'domain:create', details: { path: 'createDomain', count: 3 } });
      expect(more.requestId).toBe(requestIds[3]);
      expect(new Date(more.details.since).getTime()).toBeLessThanOrEqual(Date.now());
      const [last] = await times(1, CREATE);
      expect((await denials()).map(({ requestId }) => requestId)).toContain(last);
    } finally {
      await server.close();
    }
  }, 60_000);
});

describe('a caller’s own names', () => {
  beforeEach(() => start({ denialWindowMs: WINDOW_MS }), 60_000);
  afterEach(() => server.close());

  test('never audited: a field of the graph is told by the names that the schema has for it', async () => {
    await times(1, `mutation { ${SECRET}: createDomain(input: { name: "a" }) { userErrors { code } } }`);
    expect((await denials()).map(({ details }) => details.path)).toEqual(['createDomain']);
  });

  test('never audited: nor of a nested one, through fragments and lists', async () => {
    const root = await server.token({ scope: { type: 'system' }, role: 'admin' });
    const set = `mutation { setPolicyOverrides(input: { baseRevision: 0, overrides: [
      { name: "allowlist:get_content", check: "role:admin" }] }) { userErrors { message } } }`;
    expect((await server.graphql(set, {}, root.token)).body.data.setPolicyOverrides.userErrors).toEqual([]);
    const member = await server.token({ scope, role: 'member' });
    const make = `mutation ($policy: String!) { createAllowlist(input: { name: "a", tpmPolicy: $policy }) { userErrors { message } } }`;
    await server.graphql(make, { policy: `{"0": ["${'0'.repeat(64)}"]}` }, member.token);
    const nested = `query { ${SECRET}1: allowlists { ...part } }
      fragment part on AllowlistConnection { ${SECRET}2: nodes { ... on Allowlist { ${SECRET}3: currentRevision { ...part2 } } } }
      fragment part2 on AllowlistRevision { ${SECRET}4: tpmPolicy }`;
    await times(1, nested);
    const [denial] = await denials();
    expect(denial).toMatchObject({ policy: 'allowlist:get_content' });
    expect(denial.details.path).toBe('allowlists.nodes.currentRevision.tpmPolicy');
    expect(JSON.stringify(await denials())).not.toContain(SECRET);
  });
});
