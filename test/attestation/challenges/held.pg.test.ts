import { setTimeout as delay } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { attestationResults } from '../../../src/attestation/results/tables.js';
import { asId } from '../../harness/ids.js';
import { type OutsideSession, outsideSession } from '../../harness/outside-session.js';
import { type Answer, codeOf, startTestServer, type TestServer } from '../../harness/server.js';
import { type MachineAgent, SUBMIT } from '../agent-world.js';
import { judgedWorld } from './judged-while.js';

const REVOKE = 'mutation ($input: RevokeTokenInput!) { revokeToken(input: $input) { tokenId userErrors { code } } }';
const LOCK = 'select id from agents where id = $1 for update';
const HELD_AT_MOST_MS = 20_000;

const statements: string[] = [];
let server: TestServer;
let outside: OutsideSession;
let machines: ReturnType<typeof judgedWorld>;
let listId: string;
let agent: MachineAgent;
beforeAll(async () => {
  server = await startTestServer({ statements: { logQuery: (statement) => void statements.push(statement) } });
  outside = await outsideSession(server.database);
  const scope = await server.project(await server.defaultDomainId());
  machines = judgedWorld(server, (await server.token({ scope, role: 'admin' })).token);
  listId = (await machines.list()).id;
});
beforeEach(async () => {
  agent = await machines.enrolled({ isTrusted: true, listId });
});
afterAll(async () => {
  await outside.end();
  await server.close();
});

/** Routine evidence, sent while another session holds the machine's row. @param text What that session does to it. */
async function sentWhileHeld(text: string, happens: () => Promise<unknown> = async () => {}) {
  const input = { ...(await machines.world.quoted(agent)), imaLog: agent.machine.log() };
  statements.length = 0;
  const { sent } = await outside.whileHeld({ text, parameters: [agent.id] }, HELD_AT_MOST_MS, async () => {
    const sent: Promise<Answer> = server.graphql(SUBMIT, { input }, agent.token);
    const deadline = performance.now() + HELD_AT_MOST_MS;
    while ((await outside.waiting()) === 0 && performance.now() < deadline) await delay(10);
    await happens();
    return { sent };
  });
  const answer = await sent;
  const results = await server.services.db.$count(attestationResults, eq(attestationResults.agentId, asId(agent.id)));
  return { code: codeOf(answer), result: answer.body.data?.submitEvidence?.result, results: results - 1 };
}

describe('Mutation.submitEvidence, of a trusted machine whose row another session holds', () => {
  test('ok: the one statement skips it, and a transaction waits for it', async () => {
    const outcome = await sentWhileHeld(LOCK);
    expect(outcome).toMatchObject({ result: { verdict: 'ACCEPTED', stateAfter: 'TRUSTED' }, results: 1 });
    const own = statements.filter((text) => /^with own as|for update$|^insert into "attestation_results"/.test(text));
    expect(own).toEqual([
      expect.stringContaining('skip locked'),
      expect.stringMatching(/for update$/),
      expect.stringMatching(/^insert/),
    ]);
  });

  test('refused: a token that is revoked meanwhile, which does not lock the row', async () => {
    expect(await sentWhileHeld(LOCK, () => machines.world.done(REVOKE, {}, agent.token))).toMatchObject({
      code: 'UNAUTHENTICATED',
      results: 0,
    });
  });

  test('refused: a machine that is banned by then', async () => {
    const ban = `update agents set trust_state = 'BANNED' where id = $1`;
    expect(await sentWhileHeld(ban)).toMatchObject({ code: 'UNAUTHENTICATED', results: 0 });
  });

  test('ok: a machine that failed by then stays so', async () => {
    const fail = `update agents set trust_state = 'FAILED', trusted_until = null where id = $1`;
    expect(await sentWhileHeld(fail)).toMatchObject({ result: { verdict: 'ACCEPTED', stateAfter: 'FAILED' } });
  });
});
