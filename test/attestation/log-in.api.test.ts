import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { auditEntries } from '../../src/audit/entries/tables.js';
import { setTrust } from '../../src/identity/agents/index.js';
import { createSoftwareTpm } from '../fakes/software-tpm.js';
import { standingClock } from '../harness/clock.js';
import { asId } from '../harness/ids.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { agentProject, type agentWorld, type MachineAgent, SUBMIT } from './agent-world.js';
import { healthyMachine, type Machine } from './verifier/machine.js';

/** As the test server has them. */
const NONCE_MS = 60_000;
const TOKEN_MS = 600_000;
const LOG_IN = `mutation ($input: LogInAgentInput!) { logInAgent(input: $input) {
  challenge { nonce hashAlgorithm pcrs expiresAt } token expiresAt userErrors { code } } }`;
const CREATE = `mutation ($input: CreateAgentInput!) {
  createAgent(input: $input) { agent { id } enrollmentToken userErrors { code } } }`;
const ENROLL = 'mutation ($input: EnrollAgentInput!) { enrollAgent(input: $input) { agentId userErrors { code } } }';
const VIEWER = '{ viewer { agent { id } } }';
const REFUSED = { code: 'UNAUTHENTICATED', message: 'The quote does not prove this agent.' };
const NOBODY = 'agt_00000000-0000-7000-8000-000000000000';

const clock = standingClock();
let server: TestServer;
let world: ReturnType<typeof agentWorld>;
let admin: string;
let list: string;
let scope: Awaited<ReturnType<TestServer['project']>>;
let agent: MachineAgent;
let count = 0;
beforeAll(async () => {
  server = await startTestServer({ clock });
  ({ world, admin, list, scope } = await agentProject(server));
});
afterAll(() => server.close());

const enrolled = () => {
  count += 1;
  return world.enrolled(healthyMachine({ seed: 1200 + count }), `machine-${count}`, list, admin);
};
beforeEach(async () => {
  agent = await enrolled();
});

const challengeOf = async (agentId: string): Promise<Json> => (await world.done(LOG_IN, { agentId })).challenge;
const nonceOf = async (agentId: string) => Buffer.from((await challengeOf(agentId)).nonce, 'base64');

function quoted({ tpm }: Machine, nonce: Uint8Array) {
  const { message, signature } = tpm.quote({ nonce, pcrs: [0] });
  return { message: message.toString('base64'), signature: signature.toString('base64'), pcrs: '{}' };
}
const answered = (agentId: string, quote: object) => server.graphql(LOG_IN, { input: { agentId, quote } });
const loggedIn = async (one: MachineAgent = agent) => answered(one.id, quoted(one.machine, await nonceOf(one.id)));
const refusalOf = ({ body }: Awaited<ReturnType<typeof answered>>) =>
  body.errors?.map(({ message, extensions }: Json) => ({ code: extensions.code, message }));

describe('Mutation.logInAgent', () => {
  test('ok: a quote over the nonce gives a token of this agent, for its lifetime, and an audit entry', async () => {
    const challenge = await challengeOf(agent.id);
    expect(challenge).toMatchObject({
      hashAlgorithm: 'sha256',
      pcrs: [0],
      expiresAt: new Date(clock.time + NONCE_MS).toISOString(),
    });
    const { body } = await answered(agent.id, quoted(agent.machine, Buffer.from(challenge.nonce, 'base64')));
    const { token, expiresAt } = body.data.logInAgent;
    expect(expiresAt).toBe(new Date(clock.time + TOKEN_MS).toISOString());
    expect((await server.graphql(VIEWER, {}, token)).body.data.viewer.agent).toEqual({ id: agent.id });
    const entries = await server.services.db.select().from(auditEntries).where(eq(auditEntries.targetId, agent.id));
    const { domainId, projectId } = scope;
    expect(entries.filter(({ action }) => action === 'agent.logged_in')).toMatchObject([{ domainId, projectId }]);
    clock.time += TOKEN_MS;
    expect(codeOf(await server.graphql(VIEWER, {}, token))).toBe('UNAUTHENTICATED');
  });

  test.each([
    ['PENDING', true],
    ['TRUSTED', true],
    ['STALE', true],
    ['FAILED', true],
    ['BANNED', false],
    ['RETIRED', false],
  ] as const)('ok: in which states it may: %s: %s', async (state, may) => {
    const until = state === 'TRUSTED' ? new Date(clock.time + NONCE_MS) : null;
    await server.services.db.transaction((tx) => setTrust(tx, asId(agent.id), state, until));
    const { body } = await loggedIn();
    expect(body.data.logInAgent?.token ?? null).toEqual(may ? expect.stringMatching(/^bwt_/) : null);
  });

  test('refused: an agent that began to enroll and never proved its TPM, also once a ban was taken back', async () => {
    const tpm = createSoftwareTpm({ key: 'ecc', seed: 1999 });
    const made = await world.done(CREATE, { name: 'never-activated' }, admin);
    const keys = { endorsementKey: tpm.ekPublic.toString('base64'), attestationKey: tpm.akPublic.toString('base64') };
    await world.done(ENROLL, { enrollmentToken: made.enrollmentToken, ...keys });
    const { id } = made.agent;
    const logIn = async () => {
      const { message, signature } = tpm.quote({ nonce: await nonceOf(id), pcrs: [0] });
      return answered(id, { message: message.toString('base64'), signature: signature.toString('base64'), pcrs: '{}' });
    };
    expect(refusalOf(await logIn())).toEqual([REFUSED]);
    for (const verb of ['ban', 'unban']) {
      const change = `mutation ($input: ${verb === 'ban' ? 'Ban' : 'Unban'}AgentInput!) {
        ${verb}Agent(input: $input) { agent { state } userErrors { code } } }`;
      await world.done(change, { agent: { id } }, admin);
    }
    expect(refusalOf(await logIn())).toEqual([REFUSED]);
  });

  test('hidden: whoever asks gets a nonce, for an agent that is there as for any other text', async () => {
    const there = await challengeOf(agent.id);
    for (const id of [NOBODY, 'x', '']) {
      const other = await challengeOf(id);
      expect({ ...other, nonce: other.nonce.length }).toEqual({ ...there, nonce: there.nonce.length });
      expect(refusalOf(await answered(id, quoted(agent.machine, await nonceOf(id))))).toEqual([REFUSED]);
    }
  });

  test('ok: the last millisecond of a nonce; refused: the moment it expires', async () => {
    const quote = quoted(agent.machine, await nonceOf(agent.id));
    const late = quoted(agent.machine, await nonceOf(agent.id));
    clock.time += NONCE_MS - 1;
    expect((await answered(agent.id, quote)).body.errors).toBeUndefined();
    clock.time += 1;
    expect(refusalOf(await answered(agent.id, late))).toEqual([REFUSED]);
  });

  test('refused: a nonce is spent by one log-in', async () => {
    const nonce = await nonceOf(agent.id);
    expect((await answered(agent.id, quoted(agent.machine, nonce))).body.errors).toBeUndefined();
    expect(refusalOf(await answered(agent.id, quoted(agent.machine, nonce)))).toEqual([REFUSED]);
  });

  test('refused: of two log-ins with one nonce at once, one', async () => {
    const quote = quoted(agent.machine, await nonceOf(agent.id));
    const answers = await Promise.all([answered(agent.id, quote), answered(agent.id, quote)]);
    expect(answers.map(refusalOf).filter((errors) => errors === undefined)).toHaveLength(1);
  });

  test('refused: the nonce of another agent, an altered one, one that is longer or shorter, none', async () => {
    const other = await enrolled();
    const nonce = await nonceOf(agent.id);
    const longer = Buffer.concat([nonce, Buffer.alloc(1)]);
    const altered = [...nonce.keys()].map((at) => {
      const copy = Buffer.from(nonce);
      copy[at] = (copy[at] ?? 0) ^ 1;
      return copy;
    });
    const wrong = [await nonceOf(other.id), ...altered, longer, nonce.subarray(0, -1), Buffer.alloc(0)];
    for (const one of wrong) expect(refusalOf(await answered(agent.id, quoted(agent.machine, one)))).toEqual([REFUSED]);
    expect((await answered(agent.id, quoted(agent.machine, nonce))).body.errors).toBeUndefined();
  });

  test('refused: the quote of another TPM, and what is no quote or no signature', async () => {
    const other = await enrolled();
    const nonce = await nonceOf(agent.id);
    const right = quoted(agent.machine, nonce);
    const wrong = [
      quoted(other.machine, nonce),
      { ...right, signature: quoted(agent.machine, Buffer.alloc(32)).signature },
      { ...right, message: right.signature },
      { ...right, signature: right.message },
      { ...right, message: '' },
      { ...right, signature: '' },
      { ...right, message: '*' },
      { ...right, message: `${right.message}AAAA` },
    ];
    for (const quote of wrong) expect(refusalOf(await answered(agent.id, quote))).toEqual([REFUSED]);
    expect((await answered(agent.id, right)).body.errors).toBeUndefined();
  });

  test('ok: what the PCR values beside the quote say is not asked', async () => {
    const quote = { ...quoted(agent.machine, await nonceOf(agent.id)), pcrs: 'nonsense' };
    expect((await answered(agent.id, quote)).body.errors).toBeUndefined();
  });
});

describe('Mutation.logInAgent, by state', () => {
  const operate = (name: string) =>
    world.done(
      `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) {
        ${name}(input: $input) { agent { state } userErrors { code } } }`,
      { agent: { id: agent.id } },
      admin,
    );
  const attested = async (imaLog: string) =>
    (await world.done(SUBMIT, { ...(await world.quoted(agent)), imaLog }, agent.token)).result.stateAfter;

  test('ok: an agent that is trusted, whose trust ran out, and one that failed', async () => {
    expect(await attested(agent.machine.log())).toBe('TRUSTED');
    expect((await loggedIn()).body.errors).toBeUndefined();
    clock.time += 3 * 60_000;
    expect((await loggedIn()).body.errors).toBeUndefined();
    const { body } = await loggedIn();
    agent = { ...agent, token: body.data.logInAgent.token };
    agent.machine.measure('/usr/bin/unlisted');
    expect(await attested(agent.machine.log())).toBe('FAILED');
    expect((await loggedIn()).body.errors).toBeUndefined();
  });

  test.each(['banAgent', 'retireAgent'])('refused: after %s', async (name) => {
    const quote = quoted(agent.machine, await nonceOf(agent.id));
    await operate(name);
    expect(refusalOf(await answered(agent.id, quote))).toEqual([REFUSED]);
    expect(refusalOf(await loggedIn())).toEqual([REFUSED]);
  });
});
