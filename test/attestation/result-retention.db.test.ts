import { inArray } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { resultSweep } from '../../src/attestation/results/index.js';
import { attestationResults } from '../../src/attestation/results/tables.js';
import { type Id, lowestId, newId } from '../../src/platform/ids.js';
import { asIds } from '../harness/ids.js';
import { startTestServer, type TestServer } from '../harness/server.js';

const DAY = 86_400_000;
const NOW = new Date('2026-03-01T00:00:00Z');
const PER_AGENT = 4;
let server: TestServer;
let owner: { readonly domainId: string; readonly projectId: string };
beforeAll(async () => {
  server = await startTestServer({ clock: { now: () => NOW }, settings: { resultsPerAgent: PER_AGENT } });
  const { domainId, projectId } = await server.project(await server.domain());
  owner = { domainId, projectId };
}, 120_000);
afterAll(() => server.close());
beforeEach(() => server.services.db.delete(attestationResults));

const anAgent = () => server.agent(owner, { record: {} });

type Verdict = 'ACCEPTED' | 'REJECTED';

/** Stores results as old as this, in milliseconds; their ids are made from their times. */
async function judged(agentId: Id<'Agent'>, verdicts: readonly (readonly [Verdict, age: number])[]) {
  const made = verdicts.map(([verdict, age]) => {
    const receivedAt = new Date(NOW.getTime() - age);
    const id = `${lowestId('AttestationResult', receivedAt).slice(0, -12)}${agentId.slice(-12)}`;
    return asIds({
      ...{ id, agentId, ...owner, attestationId: newId('Attestation'), verdict, failures: [], counts: {} as never },
      ...{ allowlistRevisionId: null, stateAfter: 'TRUSTED' as const, receivedAt },
    });
  });
  await server.services.db.insert(attestationResults).values(made);
}

/** Sweeps one round; what is left of these agents, by verdict and age, the newest first. */
async function left(...agentIds: readonly Id<'Agent'>[]): Promise<string[]> {
  const round = {};
  while ((await resultSweep.removeSome(server.services, round)) > 0);
  const found = await server.services.db
    .select()
    .from(attestationResults)
    .where(inArray(attestationResults.agentId, [...agentIds]));
  return found
    .toSorted((a, b) => (a.id < b.id ? 1 : -1))
    .map(({ verdict, receivedAt }) => `${verdict} ${NOW.getTime() - receivedAt.getTime()}`);
}

test('ok: a result goes a retention after it came, the newest of each verdict stays', async () => {
  const agent = await anAgent();
  await judged(agent, [
    ['REJECTED', 9 * DAY],
    ['REJECTED', 8 * DAY],
    ['ACCEPTED', DAY + 1],
    ['ACCEPTED', DAY],
    ['ACCEPTED', DAY - 1],
  ]);
  expect(await left(agent)).toEqual([`ACCEPTED ${DAY - 1}`, `ACCEPTED ${DAY}`, `REJECTED ${8 * DAY}`]);
});

test('ok: an agent that has attested nothing for long keeps its last results', async () => {
  const agent = await anAgent();
  await judged(agent, [
    ['ACCEPTED', 30 * DAY],
    ['ACCEPTED', 20 * DAY],
    ['REJECTED', 10 * DAY],
  ]);
  expect(await left(agent)).toEqual([`REJECTED ${10 * DAY}`, `ACCEPTED ${20 * DAY}`]);
});

test('ok: beyond the number of an agent the oldest go before their time, and nothing of another agent', async () => {
  const [busy, quiet] = [await anAgent(), await anAgent()];
  const ages = (count: number) => Array.from({ length: count }, (_, index) => count - index);
  await judged(busy, [['REJECTED', 1000], ...ages(7).map((age) => ['ACCEPTED', age] as const)]);
  await judged(
    quiet,
    ages(PER_AGENT).map((age) => ['ACCEPTED', age]),
  );
  expect(await left(busy)).toEqual([...[1, 2, 3, 4].map((age) => `ACCEPTED ${age}`), 'REJECTED 1000']);
  expect(await left(quiet)).toHaveLength(PER_AGENT);
});

test('ok: what is removed at a time is bounded, and one round reaches every agent', async () => {
  const agents: Id<'Agent'>[] = [];
  for (let count = 0; count < 201; count += 1) agents.push(await anAgent());
  const [first, last] = [agents[0], agents.at(-1)] as [Id<'Agent'>, Id<'Agent'>];
  const many = Array.from({ length: 60 }, (_, index) => ['ACCEPTED', 2 * DAY + index] as const);
  await judged(first, many);
  await judged(last, many);
  const round = {};
  const removed: number[] = [];
  do removed.push(await resultSweep.removeSome(server.services, round));
  while (removed.at(-1) !== 0);
  expect(removed).toEqual([25, 25, 9, 25, 25, 9, 0]);
  expect(await left(...agents)).toEqual([`ACCEPTED ${2 * DAY}`, `ACCEPTED ${2 * DAY}`]);
});
