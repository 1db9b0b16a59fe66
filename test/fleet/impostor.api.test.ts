import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agents } from '../../src/identity/agents/tables.js';
import type { Id } from '../../src/platform/ids.js';
import { sha256 } from '../attestation/ima/ima-log.js';
import { FILES, healthyMachine, type Machine } from '../attestation/verifier/machine.js';
import { standingClock } from '../harness/clock.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { attest, createList, logIn } from './attesting.js';
import { joinWorld } from './join-world.js';

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
  await createList(server, 'fleet', content, manager);
  own = healthyMachine({ seed: 71 });
  other = healthyMachine({ seed: 72 });
  const { token } = await world.joinToken({ nodeName: 'honest', allowlist: { name: 'fleet' } });
  ({ agentId, token: stolen } = await world.join(token, own.tpm));
});
afterAll(() => server.close());

const stateNow = async () =>
  (await server.services.db.select().from(agents).where(eq(agents.id, agentId)))[0]?.trustState;

describe('who stole an agent’s token, and has another TPM', () => {
  test('ok: the machine itself is trusted', async () => {
    expect(await attest(server, own, stolen)).toMatchObject({ verdict: 'ACCEPTED', stateAfter: 'TRUSTED' });
  });

  test('ok: it reads the agent and its node, and no other, until the token expires', async () => {
    await world.join((await world.joinToken({ nodeName: 'neighbour' })).token);
    const { body } = await server.graphql('{ nodes { nodes { name } } viewer { agent { id } } }', {}, stolen);
    expect(body.data).toEqual({ nodes: { nodes: [{ name: 'honest' }] }, viewer: { agent: { id: agentId } } });
  });

  test('refused: it gets no other token, whatever it asks', async () => {
    expect(codeOf(await logIn(server, other, agentId))).toBe('UNAUTHENTICATED');
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
    const { verdict, failures } = await attest(server, other, stolen);
    expect(verdict).toBe('REJECTED');
    expect(failures.map(({ code }: Json) => code)).toContain('SIGNATURE_INVALID');
    expect(await stateNow()).toBe('FAILED');
  });

  test('refused: everything, once the token expired or the agent was banned; the machine itself returns', async () => {
    clock.time += TOKEN_MS;
    expect(codeOf(await server.graphql('{ viewer { kind } }', {}, stolen))).toBe('UNAUTHENTICATED');
    expect(codeOf(await logIn(server, other, agentId))).toBe('UNAUTHENTICATED');
    expect((await logIn(server, own, agentId)).body.data.logInAgent.token).toMatch(/^bwt_/);
  });
});
