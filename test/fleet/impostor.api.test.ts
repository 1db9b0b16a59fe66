import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agents } from '../../src/identity/agents/tables.js';
import type { Id } from '../../src/platform/ids.js';
import { sha256 } from '../attestation/ima/ima-log.js';
import { FILES, healthyMachine, type Machine } from '../attestation/verifier/machine.js';
import { standingClock } from '../harness/clock.js';
import { type Answer, codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { joinWorld } from './join-world.js';

const BEGIN = 'mutation { beginAttestation { challenge { attestationId nonce pcrs imaOffset } } }';
const SUBMIT = `mutation ($input: SubmitEvidenceInput!) {
  submitEvidence(input: $input) { result { verdict failures { code } stateAfter } } }`;
const LOG_IN = `mutation ($input: LogInAgentInput!) {
  logInAgent(input: $input) { challenge { nonce pcrs } token userErrors { code } } }`;
/** As the test server has it. */
const TOKEN_MS = 600_000;

const clock = standingClock();
let server: TestServer;
let world: ReturnType<typeof joinWorld>;
let own: Machine;
let other: Machine;
let stolen: string;
let agentId: Id<'Agent'>;
beforeAll(async () => {
  server = await startTestServer({ clock });
  const { projectId } = await server.operatorsProject(await server.defaultDomainId());
  const manager = (await server.token({ scope: { type: 'system' }, role: 'manager' })).token;
  world = joinWorld(server, manager, projectId, () => clock.now());
  const content = FILES.map((path) => `${sha256(path).toString('hex')}  ${path}\n`).join('');
  const create = 'mutation ($input: CreateAllowlistInput!) { createAllowlist(input: $input) { allowlist { id } } }';
  await server.graphql(create, { input: { name: 'fleet', imaPolicy: { content } } }, manager);
  own = healthyMachine({ seed: 71 });
  other = healthyMachine({ seed: 72 });
  const { token } = await world.joinToken({ nodeName: 'honest', allowlist: { name: 'fleet' } });
  ({ agentId, token: stolen } = await world.join(token, own.tpm));
});
afterAll(() => server.close());

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
function quoteOf(machine: Machine, challenge: { nonce: string; pcrs: number[] }) {
  const quote = machine.tpm.quote({ nonce: Buffer.from(challenge.nonce, 'base64'), pcrs: challenge.pcrs });
  return { message: base64(quote.message), signature: base64(quote.signature), pcrs: quote.pcrs };
}
/** What a machine's evidence comes to with the agent's token. */
async function attest(machine: Machine): Promise<Json> {
  const { attestationId, imaOffset, ...challenge } = (await server.graphql(BEGIN, {}, stolen)).body.data
    .beginAttestation.challenge;
  const imaLog = machine.log(imaOffset);
  const input = { attestationId, quote: quoteOf(machine, challenge), imaLog, imaOffset };
  return (await server.graphql(SUBMIT, { input }, stolen)).body.data.submitEvidence.result;
}
async function logIn(machine: Machine): Promise<Answer> {
  const begun = await server.graphql(LOG_IN, { input: { agentId } });
  const { challenge } = begun.body.data.logInAgent;
  return server.graphql(LOG_IN, { input: { agentId, quote: quoteOf(machine, challenge) } });
}
const stateNow = async () =>
  (await server.services.db.select().from(agents).where(eq(agents.id, agentId)))[0]?.trustState;

describe('who stole an agent’s token, and has another TPM', () => {
  test('ok: the machine itself is trusted', async () => {
    expect(await attest(own)).toMatchObject({ verdict: 'ACCEPTED', stateAfter: 'TRUSTED' });
  });

  test('ok: it reads the agent and its node, and no other, until the token expires', async () => {
    await world.join((await world.joinToken({ nodeName: 'neighbour' })).token);
    const { body } = await server.graphql('{ nodes { nodes { name } } viewer { agent { id } } }', {}, stolen);
    expect(body.data).toEqual({ nodes: { nodes: [{ name: 'honest' }] }, viewer: { agent: { id: agentId } } });
  });

  test('refused: it gets no other token, whatever it asks', async () => {
    expect(codeOf(await logIn(other))).toBe('UNAUTHENTICATED');
    const issue = 'mutation { issueToken(input: { token: {} }) { token userErrors { code } } }';
    const answer = await server.graphql(issue, {}, stolen);
    expect(answer.body.data?.issueToken?.token ?? null).toBeNull();
  });

  test('forbidden: it changes nothing of nodes, join tokens or other agents', async () => {
    for (const mutation of [
      'createNode(input: { name: "mine" }) { node { id } }',
      `createJoinToken(input: { project: { name: "default" }, nodeName: "mine", expiresAt: "${world.inADay()}" }) { token }`,
      `unbanAgent(input: { agent: { id: "${agentId}" } }) { agent { id } }`,
      `bindAllowlist(input: { agent: { id: "${agentId}" } }) { agent { id } }`,
    ])
      expect(codeOf(await server.graphql(`mutation { ${mutation} }`, {}, stolen)), mutation).toBe('FORBIDDEN');
  });

  test('refused: its evidence is rejected, and never makes the agent TRUSTED', async () => {
    const { verdict, failures } = await attest(other);
    expect(verdict).toBe('REJECTED');
    expect(failures.map(({ code }: Json) => code)).toContain('SIGNATURE_INVALID');
    expect(await stateNow()).toBe('FAILED');
  });

  test('refused: everything, once the token expired or the agent was banned; the machine itself returns', async () => {
    clock.time += TOKEN_MS;
    expect(codeOf(await server.graphql('{ viewer { kind } }', {}, stolen))).toBe('UNAUTHENTICATED');
    expect(codeOf(await logIn(other))).toBe('UNAUTHENTICATED');
    expect((await logIn(own)).body.data.logInAgent.token).toMatch(/^bwt_/);
  });
});
