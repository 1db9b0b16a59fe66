import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { agentProject, type agentWorld, SUBMIT } from './agent-world.js';
import { sha256 } from './ima/ima-log.js';
import { FILES, healthyMachine, type Machine } from './verifier/machine.js';

const FAILURE = '{ code severity pcr path entry expected got layer }';
const EXPLAIN = `query ($id: ID!) { attestationResult(id: $id) {
  explanation { summary advice decisive ${FAILURE} pcrs ${FAILURE} firstEntry ${FAILURE} } } }`;

let server: TestServer;
let world: ReturnType<typeof agentWorld>;
let admin: string;
let list: string;
beforeAll(async () => {
  server = await startTestServer();
  ({ world, admin, list } = await agentProject(server));
});
afterAll(() => server.close());

let seed = 1400;
/** The result of what a machine sends that was enrolled as it is. */
async function resultOf(change: (machine: Machine) => unknown, allowlist = list) {
  const machine = healthyMachine({ seed: ++seed });
  const agent = await world.enrolled(machine, `machine-${seed}`, allowlist, admin);
  change(machine);
  const { result } = await world.done(SUBMIT, { ...(await world.quoted(agent)), imaLog: machine.log() }, agent.token);
  return { agent, id: result.id as string };
}

const explained = async (id: string, token = admin): Promise<Json> => {
  const { body } = await server.graphql(EXPLAIN, { id }, token);
  expect(body.errors).toBeUndefined();
  return body.data.attestationResult.explanation;
};
const digest = (content: string) => `sha256:${sha256(content).toString('hex')}`;

describe('AttestationResult.explanation', () => {
  test('ok: evidence that was accepted has none', async () => {
    const { id } = await resultOf(() => {});
    expect(await explained(id)).toBeNull();
  });

  test('ok: the first entry that differs, with what was expected, and how many others there are', async () => {
    const { id } = await resultOf((machine) =>
      machine.measure({ path: FILES[1] ?? '', digest: sha256('other') }, '/usr/bin/implant'),
    );
    const { decisive, firstEntry, pcrs, summary, advice } = await explained(id);
    expect(firstEntry).toMatchObject({
      code: 'IMA_DIGEST_MISMATCH',
      path: FILES[1],
      entry: 4,
      expected: [digest(FILES[1] ?? '')],
      got: digest('other'),
      layer: 'files',
    });
    expect([decisive, pcrs]).toEqual([firstEntry, []]);
    expect(summary).toBe(
      `A measured file is listed, but with other digests. ${FILES[1]} (entry 4 of the log, by the allowlist files) 1 more failure was found.`,
    );
    expect(advice).toMatch(/new digest/);
  });

  test('ok: a file that is not listed names the list that it is not in', async () => {
    const { id } = await resultOf((machine) => machine.measure('/usr/bin/implant'));
    const { firstEntry } = await explained(id);
    expect(firstEntry).toMatchObject({ code: 'IMA_NOT_IN_ALLOWLIST', expected: null, layer: 'files' });
  });

  test('ok: a PCR with another value, beside the values that it may have', async () => {
    const value = 'a'.repeat(64);
    const create = `mutation ($input: CreateAllowlistInput!) {
      createAllowlist(input: $input) { allowlist { id } userErrors { message } } }`;
    const made = await world.done(create, { name: 'boot', tpmPolicy: JSON.stringify({ 7: [value] }) }, admin);
    const { id } = await resultOf(() => {}, made.allowlist.id);
    const { pcrs, firstEntry, summary } = await explained(id);
    expect(pcrs).toMatchObject([{ code: 'PCR_VALUE_MISMATCH', pcr: 7, expected: [value], layer: 'boot' }]);
    expect([firstEntry, pcrs[0].got.length]).toEqual([null, 64]);
    expect(summary).toMatch(/PCR 7 of sha256\. \(by the allowlist boot\)$/);
  });

  test('ok: below an agent, without the list of all failures', async () => {
    const { agent } = await resultOf((machine) => machine.measure('/usr/bin/implant'));
    const query = `query ($id: ID!) { agent(ref: { id: $id }) {
      attestationResults(first: 1) { nodes { explanation { decisive { code } } } } } }`;
    const { body } = await server.graphql(query, { id: agent.id }, admin);
    expect(body.data.agent.attestationResults.nodes).toEqual([
      { explanation: { decisive: { code: 'IMA_NOT_IN_ALLOWLIST' } } },
    ]);
  });

  test('hidden: a reader of another project finds no result', async () => {
    const { id } = await resultOf((machine) => machine.measure('/usr/bin/implant'));
    const scope = await server.project(await server.domain());
    const { token } = await server.token({ scope, role: 'reader' });
    expect(codeOf(await server.graphql(EXPLAIN, { id }, token))).toBe('NOT_FOUND');
  });
});
