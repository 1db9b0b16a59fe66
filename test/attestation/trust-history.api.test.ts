import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { trustExpiry } from '../../src/attestation/records/index.js';
import { standingClock } from '../harness/clock.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { agentProject, type agentWorld, type MachineAgent, SUBMIT } from './agent-world.js';
import { healthyMachine } from './verifier/machine.js';

/** As the test server has it. */
const TRUSTED_MS = 60_000 * 3;
const HISTORY = `query ($id: ID!) { agent(ref: { id: $id }) { trustHistory(first: 10) { totalCount nodes {
  state previous since until cause result { id verdict explanation { decisive { code } } } } } } }`;
const CHANGES = `query ($since: DateTime!, $until: DateTime, $buckets: Int, $projectIds: [ID!]) {
  trustChanges(since: $since, until: $until, buckets: $buckets, projectIds: $projectIds) {
    total isComplete buckets { since until changes { to count } } } }`;

const clock = standingClock();
let server: TestServer;
let world: ReturnType<typeof agentWorld>;
let scope: Awaited<ReturnType<typeof agentProject>>['scope'];
let admin: string;
let agent: MachineAgent;
let begun: number;
beforeAll(async () => {
  server = await startTestServer({ clock });
  let list: string;
  ({ world, admin, list, scope } = await agentProject(server));
  begun = clock.time;
  agent = await world.enrolled(healthyMachine({ seed: 1501 }), 'machine-1', list, admin);
}, 60_000);
afterAll(() => server.close());

const iso = (time: number) => new Date(time).toISOString();
async function attest(): Promise<string> {
  const input = { ...(await world.quoted(agent)), imaLog: agent.machine.log() };
  return (await world.done(SUBMIT, input, agent.token)).result.id;
}
async function history(token = admin): Promise<Json> {
  const { body } = await server.graphql(HISTORY, { id: agent.id }, token);
  expect(body.errors).toBeUndefined();
  return body.data.agent.trustHistory;
}
const changes = (variables: Json, token = admin) => server.graphql(CHANGES, variables, token);

describe('Agent.trustHistory', () => {
  test('ok: each state ends where the next begins, with its cause', async () => {
    clock.time += 1_000;
    const trustedAt = clock.time;
    const accepted = await attest();
    const current = (await history()).nodes[0];
    expect(current).toMatchObject({ state: 'TRUSTED', previous: 'PENDING', until: null, cause: 'ACCEPT' });
    expect(current.result).toEqual({ id: accepted, verdict: 'ACCEPTED', explanation: null });
    // Trust ends at its time, before and after a job stores that.
    const ranOut = trustedAt + TRUSTED_MS;
    clock.time = ranOut + 1_000;
    expect((await history()).nodes[0]).toMatchObject({ state: 'TRUSTED', until: iso(ranOut) });
    await trustExpiry.doSome(server.services);
    const [stale, trusted, pending] = (await history()).nodes;
    expect(stale).toMatchObject({ state: 'STALE', since: iso(ranOut), until: null, cause: 'EXPIRE', result: null });
    expect(trusted).toMatchObject({ state: 'TRUSTED', since: iso(trustedAt), until: iso(ranOut) });
    expect(pending).toMatchObject({ state: 'PENDING', previous: 'CREATED', until: iso(trustedAt), cause: 'ACTIVATE' });
  });

  test('ok: a rejection says why', async () => {
    agent.machine.measure('/usr/bin/implant');
    clock.time += 1_000;
    const id = await attest();
    const { nodes, totalCount } = await history();
    const explanation = { decisive: { code: 'IMA_NOT_IN_ALLOWLIST' } };
    expect(nodes[0]).toMatchObject({
      state: 'FAILED',
      cause: 'REJECT',
      result: { id, verdict: 'REJECTED', explanation },
    });
    expect(totalCount).toBe(4);
  });

  test('ok: an agent reads its own', async () => {
    expect((await history(agent.token)).nodes).toHaveLength(4);
  });
});

describe('Query.trustChanges', () => {
  test('ok: how often agents came into each state, in parts of a time', async () => {
    const until = begun + 2 * TRUSTED_MS;
    const { trustChanges } = (await changes({ since: iso(begun), until: iso(until), buckets: 2 })).body.data;
    expect(trustChanges).toMatchObject({ total: 4, isComplete: true });
    const [first, second] = trustChanges.buckets;
    expect(first.changes).toEqual([
      { to: 'PENDING', count: 1 },
      { to: 'TRUSTED', count: 1 },
    ]);
    expect(second.changes).toEqual([
      { to: 'FAILED', count: 1 },
      { to: 'STALE', count: 1 },
    ]);
    expect([first.until, second.until]).toEqual([iso(begun + TRUSTED_MS), iso(until)]);
    const other = { since: iso(begun), projectIds: [(await server.project(scope.domainId)).projectId] };
    expect((await changes(other)).body.data.trustChanges.total).toBe(0);
  });

  test('ok: of very many the latest are counted', async () => {
    const project = await server.project(await server.domain());
    await server.services.db.execute(sql`insert into agents
      (id, kind, domain_id, project_id, name, trust_state, created_at, created_by)
      values ('agt_many', 'MACHINE', ${project.domainId}, ${project.projectId}, 'many', 'FAILED', now(), 'the test')`);
    await server.services.db.execute(sql`insert into trust_transitions
      (id, agent_id, domain_id, project_id, from_state, to_state, cause, occurred_at)
      select 'trt_' || n, 'agt_many', ${project.domainId}, ${project.projectId}, 'TRUSTED', 'FAILED', 'REJECT',
        timestamptz '2026-01-01' + n * interval '1 second' from generate_series(1, 10001) n`);
    const { token } = await server.token({ scope: project, role: 'reader' });
    const asked = { since: '2026-01-01T00:00:00Z', until: '2026-01-02T00:00:00Z', buckets: 1 };
    const { trustChanges } = (await changes(asked, token)).body.data;
    expect(trustChanges).toMatchObject({ total: 10_000, isComplete: false });
  });

  test('hidden: changes of another tenant are not counted', async () => {
    const { token } = await server.token({ scope: await server.project(await server.domain()), role: 'reader' });
    expect((await changes({ since: iso(begun) }, token)).body.data.trustChanges.total).toBe(0);
  });

  test.each([
    ['a time that is too long', { since: '2020-01-01T00:00:00Z' }],
    ['a time that ends before it begins', { since: '2026-01-02T00:00:00Z', until: '2026-01-01T00:00:00Z' }],
    ['too many parts', { since: '2026-11-01T00:00:00Z', until: '2026-11-02T00:00:00Z', buckets: 201 }],
  ])('invalid: %s', async (_, asked) => {
    expect(codeOf(await changes(asked))).toBe('BAD_USER_INPUT');
  });
});
