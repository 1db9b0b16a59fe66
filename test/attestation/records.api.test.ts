import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Json, startTestServer, type TestServer } from '../harness/server.js';
import { agentProject, type agentWorld, SUBMIT, standingClock } from './agent-world.js';
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

describe('Query.agents, by state', () => {
  test('ok: an agent is TRUSTED until the moment its trust runs out, and STALE from then on', async () => {
    const machine = healthyMachine({ seed: 1301 });
    const agent = await world.enrolled(machine, 'machine-1', list, admin);
    await world.done(SUBMIT, { ...(await world.quoted(agent)), imaLog: machine.log() }, agent.token);
    const { id } = agent;
    clock.time += TRUSTED_MS - 1;
    expect([await inStates('TRUSTED'), await inStates('STALE')]).toEqual([[{ id, state: 'TRUSTED' }], []]);
    clock.time += 1;
    expect([await inStates('TRUSTED'), await inStates('STALE')]).toEqual([[], [{ id, state: 'STALE' }]]);
    expect(await inStates('TRUSTED', 'STALE')).toHaveLength(1);
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
