import { and, eq, like } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { attestationRecords } from '../../../src/attestation/records/tables.js';
import { attestationResults } from '../../../src/attestation/results/tables.js';
import { trustTransitions } from '../../../src/attestation/transitions/index.js';
import { auditEntries } from '../../../src/audit/entries/tables.js';
import { events } from '../../../src/events/index.js';
import { agents } from '../../../src/identity/agents/tables.js';
import { asId } from '../../harness/ids.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../../harness/server.js';
import { requestStatements } from '../../harness/statements.js';
import { agentWorld, BEGIN, CREATE_LIST, type MachineAgent, SUBMIT } from '../agent-world.js';
import { sha256 } from '../ima/ima-log.js';
import { FILES, healthyMachine } from '../verifier/machine.js';

const CONTENT = FILES.map((path) => `${sha256(path).toString('hex')}  ${path}\n`).join('');
/** As the test server has them. */
const TRUSTED_MS = 60_000 * 3;

/** A clock that stands still until a test moves it. */
const clock = { time: Date.UTC(2026, 0, 1), now: () => new Date(clock.time), skew: 0, skewMs: () => clock.skew };
const statements = requestStatements();
let server: TestServer;
let world: ReturnType<typeof agentWorld>;
let list: string;
let admin: string;
let scope: Awaited<ReturnType<TestServer['project']>>;
let agent: MachineAgent;
let count = 0;
beforeAll(async () => {
  server = await startTestServer({ clock, statements: statements.listener });
  world = agentWorld(server);
  scope = await server.project(await server.defaultDomainId());
  admin = (await server.token({ scope, role: 'admin' })).token;
  list = (await world.done(CREATE_LIST, { name: 'list', imaPolicy: { content: CONTENT } }, admin)).allowlist.id;
});
/** A machine that was trusted just now. */
beforeEach(async () => {
  count += 1;
  agent = await world.enrolled(healthyMachine({ seed: 400 + count }), `machine-${count}`, list, admin);
  expect(await attest()).toMatchObject({ verdict: 'ACCEPTED', stateAfter: 'TRUSTED' });
  clock.time += 1000;
});
afterAll(() => server.close());

/** Evidence for a new challenge, with the whole log. */
const evidence = async () => ({ ...(await world.quoted(agent)), imaLog: agent.machine.log() });
const attest = async (): Promise<Json> => (await world.done(SUBMIT, await evidence(), agent.token)).result;

/** What is kept of a machine. */
async function kept() {
  const { db, placer } = server.services;
  await placer.committed();
  const [row] = await db
    .select()
    .from(agents)
    .innerJoin(attestationRecords, eq(attestationRecords.agentId, agents.id))
    .where(eq(agents.id, asId(agent.id)));
  const isOwn = and(eq(auditEntries.targetId, agent.id), like(auditEntries.action, 'attestation.%'));
  return {
    agent: row?.agents,
    record: row?.attestation_records,
    audited: (await db.select().from(auditEntries).where(isOwn).orderBy(auditEntries.id)).map(({ action }) => action),
    events: await db.$count(events, eq(events.objectId, agent.id)),
    transitions: await db.$count(trustTransitions, eq(trustTransitions.agentId, asId(agent.id))),
    results: await db.$count(attestationResults, eq(attestationResults.agentId, asId(agent.id))),
  };
}

describe('Mutation.beginAttestation, on a server whose clock is off', () => {
  test('unavailable: while the clocks are too far apart, since a challenge ends by the clock', async () => {
    clock.skew = 3_600_000;
    const answer = await server.graphql(BEGIN, { input: {} }, agent.token);
    clock.skew = 0;
    expect([codeOf(answer), answer.body.errors[0].extensions.reason]).toEqual(['UNAVAILABLE', 'CLOCK_SKEW']);
  });
});

describe('Mutation.submitEvidence', () => {
  test('ok: near the end of its trust a machine’s evidence takes a transaction, which reads the time behind its lock', async () => {
    const waysOf = async () => {
      const input = await evidence();
      await statements.restart(server);
      expect((await world.done(SUBMIT, input, agent.token)).result.verdict).toBe('ACCEPTED');
      return {
        atOnce: statements.all().some((text) => /^with own as/.test(text)),
        locks: statements.all().some((text) => /for update$/.test(text)),
      };
    };
    // A statement takes two minutes at most.
    clock.time += TRUSTED_MS - 120_000 - 2000;
    expect(await waysOf()).toEqual({ atOnce: true, locks: false });
    clock.time += TRUSTED_MS - 120_000;
    expect(await waysOf()).toEqual({ atOnce: false, locks: true });
    expect((await kept()).agent?.trustedUntil).toEqual(new Date(clock.time + TRUSTED_MS));
  });

  test('ok: accepted evidence of a trusted machine renews its trust, without an audit entry or an event', async () => {
    const before = await kept();
    expect(before).toMatchObject({ audited: ['attestation.accepted'], results: 1 });
    const input = await evidence();
    await statements.restart(server);
    const { result } = await world.done(SUBMIT, input, agent.token);
    const own = statements.all();
    expect(result).toMatchObject({ verdict: 'ACCEPTED', stateAfter: 'TRUSTED' });
    const { audited, events, transitions, ...after } = await kept();
    expect({ audited, events, transitions }).toEqual({
      audited: before.audited,
      events: before.events,
      transitions: before.transitions,
    });
    expect(after).toMatchObject({
      agent: { trustState: 'TRUSTED', trustedUntil: new Date(clock.time + TRUSTED_MS) },
      record: { acceptedCount: 2, lastAcceptedAt: clock.now(), lastResultId: result.id },
      results: 2,
    });
    expect(after.record?.firstAcceptedAt).toEqual(before.record?.firstAcceptedAt);
    expect(after.record).toMatchObject({ answeredChallenge: input.attestationId, answeredResultId: result.id });
    expect(own).toEqual([
      expect.stringMatching(/^select to_json\("tokens"\)/),
      expect.stringMatching(/^select to_json\("agents"\)/),
      // It commits by itself: there is no transaction to begin.
      expect.stringMatching(/^with own as .*for update of "agents", "attestation_records" skip locked/s),
    ]);
  });

  test('ok: the answer tells the machine as it is after it', async () => {
    const query = `mutation ($input: SubmitEvidenceInput!) { submitEvidence(input: $input) {
      agent { state trustedUntil acceptedCount lastAcceptedAt lastResult { id } } result { id } userErrors { code } } }`;
    const { agent: told, result } = await world.done(query, await evidence(), agent.token);
    expect(told).toEqual({
      state: 'TRUSTED',
      trustedUntil: new Date(clock.time + TRUSTED_MS).toISOString(),
      acceptedCount: 2,
      lastAcceptedAt: clock.now().toISOString(),
      lastResult: { id: result.id },
    });
  });

  test('ok: the same evidence again is the first result, and is counted once', async () => {
    const input = await evidence();
    const first = await world.done(SUBMIT, input, agent.token);
    expect((await world.done(SUBMIT, input, agent.token)).result).toEqual(first.result);
    expect(await kept()).toMatchObject({ results: 2, record: { acceptedCount: 2 } });
  });

  test('audited: a rejection', async () => {
    agent.machine.measure('/usr/bin/implant');
    const { id: resultId } = await attest();
    expect(await kept()).toMatchObject({
      audited: ['attestation.accepted', 'attestation.rejected'],
      agent: { trustState: 'FAILED', trustedUntil: null },
    });
    const isIts = and(eq(auditEntries.targetId, agent.id), eq(auditEntries.action, 'attestation.rejected'));
    const [entry] = await server.services.db.select().from(auditEntries).where(isIts);
    const details = { resultId, from: 'TRUSTED', to: 'FAILED', codes: ['IMA_NOT_IN_ALLOWLIST'] };
    expect(entry).toMatchObject({ details, domainId: scope.domainId, projectId: scope.projectId });
  });

  test('audited: a rejection for the exchange alone, which leaves the machine trusted', async () => {
    const { quote } = await world.quoted(agent);
    const { attestationId } = await world.quoted(agent);
    const input = { attestationId, quote: { ...quote, signature: 'AAAA' }, imaOffset: 0 };
    const { result } = await world.done(SUBMIT, input, agent.token);
    expect(result.verdict).toBe('REJECTED');
    expect((await kept()).audited).toEqual(['attestation.accepted', 'attestation.rejected']);
  });

  test('audited: evidence that makes a machine trusted again', async () => {
    clock.time += TRUSTED_MS;
    const before = await kept();
    expect(await attest()).toMatchObject({ verdict: 'ACCEPTED', stateAfter: 'TRUSTED' });
    const after = await kept();
    expect(after.audited).toEqual(['attestation.accepted', 'attestation.accepted']);
    // That its trust ran out, and that it is back; of the second, which objects changed too.
    expect([after.events - before.events, after.transitions - before.transitions]).toEqual([3, 2]);
  });

  test('ok: of two submissions at once one is recorded, the other gets its result or is told to come back', async () => {
    const input = await evidence();
    const answers = await Promise.all([1, 2].map(() => server.graphql(SUBMIT, { input }, agent.token)));
    const recorded = answers.filter((answer) => codeOf(answer) !== 'RATE_LIMITED');
    const ids = new Set(recorded.map(({ body }) => body.data.submitEvidence.result.id));
    expect([recorded.length > 0, ids.size]).toEqual([true, 1]);
    expect(await kept()).toMatchObject({
      results: 2,
      record: { acceptedCount: 2, rejectedCount: 0 },
      audited: ['attestation.accepted'],
    });
  });
});

describe('Mutation.beginAttestation', () => {
  test('ok: it writes nothing', async () => {
    const before = await kept();
    await statements.restart(server);
    await world.quoted(agent);
    expect(statements.all()).toEqual([
      expect.stringMatching(/^select to_json\("tokens"\)/),
      expect.stringMatching(/^select to_json\("agents"\)/),
    ]);
    expect(await kept()).toEqual(before);
  });
});
