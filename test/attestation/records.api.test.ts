import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Json, startTestServer, type TestServer } from '../harness/server.js';
import { agentWorld, CREATE_LIST, SUBMIT } from './agent-world.js';
import { sha256 } from './ima/ima-log.js';
import { FILES, healthyMachine } from './verifier/machine.js';

const CONTENT = FILES.map((path) => `${sha256(path).toString('hex')}  ${path}\n`).join('');
/** As the test server has it. */
const TRUSTED_MS = 60_000 * 3;
const IN_STATES = `query ($states: [AgentState!]) {
  agents(first: 200, filter: { states: $states }) { nodes { id state } } }`;
const RETIRE = `mutation ($input: RetireAgentInput!) {
  retireAgent(input: $input) { agent { state } userErrors { code } } }`;

/** A clock that stands still until a test moves it. */
const clock = { time: Date.UTC(2026, 0, 1), now: () => new Date(clock.time) };
let server: TestServer;
let world: ReturnType<typeof agentWorld>;
let admin: string;
let list: string;
beforeAll(async () => {
  server = await startTestServer({ clock });
  world = agentWorld(server);
  const scope = await server.project(await server.defaultDomainId());
  admin = (await server.token({ scope, role: 'admin' })).token;
  list = (await world.done(CREATE_LIST, { name: 'files', imaPolicy: { content: CONTENT } }, admin)).allowlist.id;
});
afterAll(() => server.close());

const inStates = async (...states: string[]): Promise<Json[]> =>
  (await server.graphql(IN_STATES, { states }, admin)).body.data.agents.nodes;

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
