import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { standingClock } from '../../harness/clock.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../../harness/server.js';
import { agentProject, type agentWorld, CREATE_LIST, type MachineAgent, SUBMIT } from '../agent-world.js';
import { healthyMachine } from '../verifier/machine.js';

/** As the test server has them. */
const LIFETIME_MS = 60_000;
const INTERVAL_MS = 60_000;
const BEGIN = `mutation ($input: BeginAttestationInput) { beginAttestation(input: $input) {
  challenge { attestationId nonce pcrs hashAlgorithms imaOffset needsImaLog expiresAt }
  userErrors { code path } } }`;
const SUBMITTED = `mutation ($input: SubmitEvidenceInput!) { submitEvidence(input: $input) {
  nextAttestationAt result { id verdict receivedAt failures { code } } userErrors { code path } } }`;
const SET = `mutation ($input: SetPolicyOverridesInput!) {
  setPolicyOverrides(input: $input) { revision { number } userErrors { message } } }`;

const clock = standingClock();
let server: TestServer;
let world: ReturnType<typeof agentWorld>;
let admin: string;
let list: string;
let agent: MachineAgent;
let count = 0;
beforeAll(async () => {
  server = await startTestServer({ clock });
  ({ world, admin, list } = await agentProject(server));
});
afterAll(() => server.close());

const enrolled = (allowlistId: string) => {
  count += 1;
  return world.enrolled(healthyMachine({ seed: 900 + count }), `machine-${count}`, allowlistId, admin);
};
const begin = async (input?: object, { token } = agent): Promise<Json> =>
  (await world.done(BEGIN, input, token)).challenge;
const evidence = async () => ({ ...(await world.quoted(agent)), imaLog: agent.machine.log() });
const submitted = async (input: object): Promise<Json> => (await world.done(SUBMITTED, input, agent.token)).result;
beforeEach(async () => {
  agent = await enrolled(list);
});

describe('Mutation.beginAttestation', () => {
  test('ok: a challenge is what the list asks for, until its lifetime ends', async () => {
    const challenge = await begin();
    expect(challenge).toMatchObject({
      pcrs: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      hashAlgorithms: ['sha256'],
      imaOffset: 0,
      needsImaLog: true,
      expiresAt: new Date(clock.time + LIFETIME_MS).toISOString(),
    });
    expect(Buffer.from(challenge.nonce, 'base64')).toHaveLength(32);
    expect((await begin()).nonce).not.toBe(challenge.nonce);
  });

  test('ok: a list without files needs no log', async () => {
    const tpmPolicy = JSON.stringify({ 0: '0'.repeat(64) });
    const made = await world.done(CREATE_LIST, { name: `pcrs-${count}`, tpmPolicy }, admin);
    expect(await begin(undefined, await enrolled(made.allowlist.id))).toMatchObject({ pcrs: [0], needsImaLog: false });
  });

  test.each([
    [
      ['sha384', 'sha256', 'sha384'],
      ['sha384', 'sha256'],
    ],
    [['sha1', 'sha512', 'sm3_256'], ['sha512']],
    [['sha1'], ['sha256']],
    [[], ['sha256']],
  ])('ok: an agent that offers the banks %j is asked for %j: never for SHA-1', async (hashAlgorithms, asked) => {
    expect((await begin({ hashAlgorithms })).hashAlgorithms).toEqual(asked);
  });

  test('invalid: more banks than a list may have', async () => {
    const hashAlgorithms = Array.from({ length: 1001 }, () => 'sha256');
    const { body } = await server.graphql(BEGIN, { input: { hashAlgorithms } }, agent.token);
    expect(body.data.beginAttestation).toMatchObject({
      challenge: null,
      userErrors: [{ code: 'INVALID', path: ['input', 'hashAlgorithms'] }],
    });
  });
});

describe('Mutation.submitEvidence', () => {
  test('ok: it says when to come back', async () => {
    const { result, nextAttestationAt } = await world.done(SUBMITTED, await evidence(), agent.token);
    expect(result).toMatchObject({ verdict: 'ACCEPTED', receivedAt: clock.now().toISOString() });
    expect(nextAttestationAt).toBe(new Date(clock.time + INTERVAL_MS).toISOString());
  });

  test.each([
    [LIFETIME_MS - 1, 'ACCEPTED', []],
    [LIFETIME_MS, 'REJECTED', ['CHALLENGE_EXPIRED']],
  ])('ok: evidence %i ms after the challenge is %s', async (ms, verdict, codes) => {
    const input = await evidence();
    clock.time += ms;
    const result = await submitted(input);
    expect([result.verdict, result.failures.map(({ code }: Json) => code)]).toEqual([verdict, codes]);
  });

  test('refused: a challenge is answered once, with a log as with another quote', async () => {
    const input = await evidence();
    const first = await submitted(input);
    expect(first.verdict).toBe('ACCEPTED');
    expect((await submitted(input)).id).toBe(first.id);
    const { imaLog } = input;
    const others = [
      { ...input, imaLog: `${imaLog}${imaLog}` },
      { ...input, imaLog: undefined },
      { ...input, imaOffset: 1 },
      { ...input, quote: { ...input.quote, pcrs: '{}' } },
      { ...input, quote: { ...input.quote, signature: input.quote.message } },
    ];
    for (const other of others) {
      expect(await submitted(other)).toMatchObject({ verdict: 'REJECTED', failures: [{ code: 'CHALLENGE_USED' }] });
    }
    // None of them took the place of the first, whose answer may have been lost.
    expect((await submitted(input)).id).toBe(first.id);
  });

  test('ok: a virtual TPM is judged by what the list says of virtual ones, and a chip by the rest', async () => {
    const [right, wrong] = ['0', 'f'].map((digit) => JSON.stringify({ 16: digit.repeat(64) }));
    const verdictOf = async (tpmKind: string, policies: object) => {
      const made = await world.done(CREATE_LIST, { name: `kinds-${++count}`, ...policies }, admin);
      const machine = healthyMachine({ seed: 900 + ++count });
      const own = await world.enrolled(machine, `machine-${count}`, made.allowlist.id, admin, { tpmKind });
      return (await world.done(SUBMITTED, await world.quoted(own), own.token)).result.verdict;
    };
    for (const [tpmPolicy, vtpmPolicy, physical, virtual] of [
      [right, wrong, 'ACCEPTED', 'REJECTED'],
      [wrong, right, 'REJECTED', 'ACCEPTED'],
    ]) {
      expect(await verdictOf('PHYSICAL', { tpmPolicy, vtpmPolicy })).toBe(physical);
      expect(await verdictOf('VIRTUAL', { tpmPolicy, vtpmPolicy })).toBe(virtual);
    }
  });

  test('hidden: the challenge of another machine, and one that never was', async () => {
    const other = await enrolled(list);
    const { attestationId } = await world.quoted(other);
    const input = await evidence();
    for (const id of [attestationId, 'att_00000000-0000-7000-8000-000000000000', agent.id, '']) {
      const answer = await server.graphql(SUBMIT, { input: { ...input, attestationId: id } }, agent.token);
      expect(codeOf(answer)).toBe('NOT_FOUND');
    }
    expect((await submitted(input)).verdict).toBe('ACCEPTED');
  });

  test('invalid: a log that is given twice', async () => {
    const input = { ...(await evidence()), imaLogUploadId: 'upl_00000000-0000-7000-8000-000000000000' };
    const answer = await server.graphql(SUBMIT, { input }, agent.token);
    expect(codeOf(answer)).toBe('BAD_USER_INPUT');
  });
});

describe('an override that looks at the machine', () => {
  let system: string;
  beforeAll(async () => {
    system = (await server.token({ scope: { type: 'system' }, role: 'admin' })).token;
  });
  afterEach(() => override({}));

  async function override(checks: Readonly<Record<string, string>>): Promise<void> {
    const { body } = await server.graphql('{ policyRevision { number } }', {}, system);
    const overrides = Object.entries(checks).map(([name, check]) => ({ name, check }));
    await world.done(SET, { overrides, baseRevision: body.data.policyRevision.number }, system);
  }

  test('hidden: a machine’s list from who may not read it', async () => {
    const query = '{ agents(first: 200) { nodes { id allowlist { name } } } }';
    const listOf = async () => {
      const { nodes } = (await server.graphql(query, {}, admin)).body.data.agents;
      return nodes.find(({ id }: Json) => id === agent.id).allowlist;
    };
    expect(await listOf()).toEqual({ name: 'files' });
    await override({ 'allowlist:get': '!' });
    expect(await listOf()).toBeNull();
  });

  test('refused: it decides who begins, and who submits', async () => {
    const other = await enrolled(list);
    const input = await evidence();
    const check = `agent_id:${other.id}`;
    await override({ 'attestation:begin': check, 'attestation:submit': check });
    expect(codeOf(await server.graphql(BEGIN, {}, agent.token))).toBe('FORBIDDEN');
    expect(codeOf(await server.graphql(SUBMIT, { input }, agent.token))).toBe('FORBIDDEN');
    expect((await begin(undefined, other)).imaOffset).toBe(0);
    await override({});
    expect((await submitted(input)).verdict).toBe('ACCEPTED');
  });

  test('refused: it decides by the machine’s own row, before there is a challenge', async () => {
    const other = await enrolled(list);
    await override({ 'attestation:begin': `'${other.id}':%(id)s` });
    const answer = await server.graphql(BEGIN, {}, agent.token);
    expect([answer.body.data.beginAttestation, codeOf(answer)]).toEqual([null, 'FORBIDDEN']);
    expect((await begin(undefined, other)).imaOffset).toBe(0);
  });
});
