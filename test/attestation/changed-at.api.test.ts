import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { trustExpiry } from '../../src/attestation/records/index.js';
import { standingClock } from '../harness/clock.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { agentProject, type agentWorld, type MachineAgent, SUBMIT } from './agent-world.js';
import { healthyMachine } from './verifier/machine.js';

/** As the test server has it. */
const TRUSTED_MS = 60_000 * 3;
const BIND = `mutation ($input: BindAllowlistInput!) {
  bindAllowlist(input: $input) { agent { updatedAt } userErrors { code } } }`;

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

const read = async (id: string) => {
  const query = `{ agent(ref: { id: "${id}" }) { createdAt updatedAt state acceptedCount rejectedCount } }`;
  return (await server.graphql(query, {}, admin)).body.data.agent;
};
const now = () => clock.now().toISOString();

/** A minute later, the machine reports. */
async function report(agent: MachineAgent): Promise<string> {
  clock.time += 60_000;
  const evidence = { ...(await world.quoted(agent)), imaLog: agent.machine.log() };
  return (await world.done(SUBMIT, evidence, agent.token)).result.verdict;
}

describe('Agent.updatedAt', () => {
  test('ok: evidence that changes the state moves it, what is routine leaves it, each rejection moves it', async () => {
    const agent = await world.enrolled(healthyMachine({ seed: 1401 }), 'machine-1', list, admin);
    expect(await read(agent.id)).toMatchObject({ createdAt: now(), updatedAt: now() });
    expect(await report(agent)).toBe('ACCEPTED');
    const trusted = now();
    expect(await read(agent.id)).toMatchObject({ state: 'TRUSTED', updatedAt: trusted });
    expect(await report(agent)).toBe('ACCEPTED');
    expect(await read(agent.id)).toMatchObject({ acceptedCount: 2, updatedAt: trusted });
    agent.machine.measure('/usr/bin/unknown');
    for (const rejectedCount of [1, 2]) {
      expect(await report(agent)).toBe('REJECTED');
      expect(await read(agent.id)).toMatchObject({ state: 'FAILED', rejectedCount, updatedAt: now() });
    }
  });

  test('ok: trust that runs out moves it when the server records that', async () => {
    const agent = await world.enrolled(healthyMachine({ seed: 1402 }), 'machine-2', list, admin);
    await report(agent);
    const trusted = now();
    clock.time += TRUSTED_MS;
    expect(await read(agent.id)).toMatchObject({ state: 'STALE', updatedAt: trusted });
    clock.time += 1_000;
    await trustExpiry.doSome(server.services);
    expect(await read(agent.id)).toMatchObject({ state: 'STALE', updatedAt: now() });
  });

  test('ok: a list that it is bound to moves it, and binding it again does not', async () => {
    const { id } = await world.enrolled(healthyMachine({ seed: 1403 }), 'machine-3', list, admin);
    clock.time += 1_000;
    const bound = now();
    const none = { agent: { id }, allowlist: null };
    expect((await world.done(BIND, none, admin)).agent).toEqual({ updatedAt: bound });
    clock.time += 1_000;
    expect((await world.done(BIND, none, admin)).agent).toEqual({ updatedAt: bound });
  });
});
