import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { trustExpiry } from '../../src/attestation/records/index.js';
import { standingClock } from '../harness/clock.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { agentProject, type agentWorld, SUBMIT } from './agent-world.js';
import { healthyMachine } from './verifier/machine.js';

/** As the test server has it. */
const TRUSTED_MS = 60_000 * 3;
const IN_STATES = `query ($states: [AgentState!]) {
  agents(first: 200, filter: { states: $states }) { nodes { id state } } }`;
const RETIRE = `mutation ($input: RetireAgentInput!) {
  retireAgent(input: $input) { agent { state } userErrors { code } } }`;

const clock = standingClock();
let server: TestServer;
let world: ReturnType<typeof agentWorld>;
let admin: string;
let list: string;
beforeAll(async () => {
  server = await startTestServer({ clock });
  ({ world, admin, list } = await agentProject(server));
});
afterAll(() => server.close());

const inStates = async (...states: string[]): Promise<Json[]> =>
  (await server.graphql(IN_STATES, { states }, admin)).body.data.agents.nodes;

/** How many there are in each state, of those that somebody is in. */
async function counts(token = admin, filter: Json = {}): Promise<Json> {
  const query = `query ($filter: AgentFilter) {
    agentCounts(filter: $filter) { total isComplete byState { state count } } }`;
  const { body } = await server.graphql(query, { filter }, token);
  const { total, isComplete, byState } = body.data.agentCounts;
  expect([isComplete, byState.length]).toEqual([true, 7]);
  const states = byState.filter(({ count }: Json) => count > 0).map(({ state, count }: Json) => [state, count]);
  return { ...Object.fromEntries(states), total };
}

/** A project with many agents that are TRUSTED and one that FAILED, and its reader. */
async function manyAgents(count: number) {
  const scope = await server.project(await server.domain());
  await server.services.db.execute(sql`insert into agents
    (id, kind, domain_id, project_id, name, trust_state, trusted_until, created_at, created_by)
    select 'agt_many-' || n, 'MACHINE', ${scope.domainId}, ${scope.projectId}, 'many-' || n,
      case when n = 0 then 'FAILED' else 'TRUSTED' end, timestamptz '2100-01-01', now(), 'the test'
    from generate_series(0, ${count}) n`);
  return { token: (await server.token({ scope, role: 'reader' })).token };
}

describe('Query.agents and Query.agentCounts, by state', () => {
  test('ok: an agent is TRUSTED until the moment its trust runs out, and STALE from then on', async () => {
    const machine = healthyMachine({ seed: 1301 });
    const agent = await world.enrolled(machine, 'machine-1', list, admin);
    await world.done(SUBMIT, { ...(await world.quoted(agent)), imaLog: machine.log() }, agent.token);
    const { id } = agent;
    clock.time += TRUSTED_MS - 1;
    expect([await inStates('TRUSTED'), await inStates('STALE')]).toEqual([[{ id, state: 'TRUSTED' }], []]);
    expect(await counts()).toEqual({ TRUSTED: 1, total: 1 });
    clock.time += 1;
    const stale = [{ id, state: 'STALE' }];
    // A filter on STALE finds it when that is stored; whoever asks for both misses nothing until then.
    expect([await inStates('TRUSTED'), await inStates('STALE')]).toEqual([[], []]);
    expect(await inStates('TRUSTED', 'STALE')).toEqual(stale);
    expect(await counts()).toEqual({ STALE: 1, total: 1 });
    await trustExpiry.doSome(server.services);
    expect([await inStates('TRUSTED'), await inStates('STALE')]).toEqual([[], stale]);
    expect(await inStates('BANNED', 'STALE')).toEqual(stale);
  });
});

describe('Query.agentCounts', () => {
  test('ok: counts what the filter asks for', async () => {
    const create =
      'mutation ($input: CreateAgentInput!) { createAgent(input: $input) { agent { id } userErrors { code } } }';
    await world.done(create, { name: 'counted-1' }, admin);
    expect(await counts(admin, { nameStartsWith: 'counted' })).toEqual({ CREATED: 1, total: 1 });
    expect(await counts(admin, { states: ['CREATED', 'STALE'] })).toEqual({ CREATED: 1, STALE: 1, total: 2 });
    expect(await counts(admin, { names: ['none'] })).toEqual({ total: 0 });
  });

  test('ok: agents whose next evidence is late are told apart before their trust runs out', async () => {
    const query = '{ agentCounts { runningOut { count isComplete } byState { state count isComplete } } }';
    const late = async () => (await server.graphql(query, {}, admin)).body.data.agentCounts.runningOut;
    const machine = healthyMachine({ seed: 1303 });
    const agent = await world.enrolled(machine, 'machine-late', list, admin);
    await world.done(SUBMIT, { ...(await world.quoted(agent)), imaLog: machine.log() }, agent.token);
    expect(await late()).toEqual({ count: 0, isComplete: true });
    clock.time += TRUSTED_MS / 3 + 1;
    expect(await late()).toEqual({ count: 1, isComplete: true });
    clock.time += TRUSTED_MS;
    expect(await late()).toEqual({ count: 0, isComplete: true });
  });

  test('ok: many that are trusted hide none that failed, and the number of the many is said to be a part', async () => {
    const { token } = await manyAgents(2_001);
    const { body } = await server.graphql(
      '{ agentCounts { total isComplete byState { state count isComplete } } }',
      {},
      token,
    );
    const { total, isComplete, byState } = body.data.agentCounts;
    const of = (state: string) => byState.find((one: Json) => one.state === state);
    expect(of('TRUSTED')).toEqual({ state: 'TRUSTED', count: 2000, isComplete: false });
    expect(of('FAILED')).toEqual({ state: 'FAILED', count: 1, isComplete: true });
    expect([total, isComplete]).toEqual([2001, false]);
  });

  test('ok: those created since a time are listed and counted, in the order of creation', async () => {
    const since = (time: number) => ({ createdSince: new Date(time).toISOString() });
    const { total } = await counts();
    expect((await counts(admin, since(0))).total).toBe(total);
    expect((await counts(admin, since(Date.now() + 86_400_000))).total).toBe(0);
    const query = 'query ($filter: AgentFilter) { agents(filter: $filter, orderBy: { field: NAME }) { nodes { id } } }';
    expect(codeOf(await server.graphql(query, { filter: since(0) }, admin))).toBe('BAD_USER_INPUT');
  });

  test('hidden: agents of another tenant are not counted', async () => {
    const scope = await server.project(await server.domain());
    const { token } = await server.token({ scope, role: 'reader' });
    expect(await counts(token)).toEqual({ total: 0 });
  });
});

describe('a TPM', () => {
  test('ok: that of a retired agent enrols again, as another agent', async () => {
    const machine = healthyMachine({ seed: 1302 });
    const first = await world.enrolled(machine, 'machine-2', list, admin);
    await world.done(RETIRE, { agent: { id: first.id } }, admin);
    const second = await world.enrolled(machine, 'machine-3', list, admin);
    expect(second.id).not.toBe(first.id);
  });
});

test('ok: a TPM is a chip, unless it is said to be virtual', async () => {
  const create = `mutation ($input: CreateAgentInput!) { createAgent(input: $input) {
    agent { tpmKind } userErrors { code } } }`;
  for (const [tpmKind, expected] of [
    [undefined, 'PHYSICAL'],
    [null, 'PHYSICAL'],
    ['VIRTUAL', 'VIRTUAL'],
  ]) {
    const made = await world.done(create, { name: `kind-${tpmKind}`, tpmKind }, admin);
    expect(made.agent.tpmKind).toBe(expected);
  }
});

test('invalid: what was not created was not issued before either', async () => {
  const create = `mutation ($input: CreateAgentInput!) { createAgent(input: $input) {
    agent { id } enrollmentToken alreadyIssued userErrors { code path } } }`;
  const { body } = await server.graphql(create, { input: { name: '' } }, admin);
  expect(body.data.createAgent).toEqual({
    agent: null,
    enrollmentToken: null,
    alreadyIssued: false,
    userErrors: [{ code: 'INVALID', path: ['input', 'name'] }],
  });
});
