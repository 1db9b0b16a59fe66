import { eq, inArray } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { attestationRecords } from '../../src/attestation/records/tables.js';
import { resultSweep } from '../../src/attestation/results/index.js';
import { attestationResults } from '../../src/attestation/results/tables.js';
import { keepTransitions } from '../../src/attestation/transitions/index.js';
import { trustTransitions } from '../../src/attestation/transitions/tables.js';
import type { SweepRound } from '../../src/authority/index.js';
import { type AgentRow, agents } from '../../src/identity/agents/index.js';
import { type Id, lowestId } from '../../src/platform/ids.js';
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

/** Stores results as old as this, in milliseconds, the oldest first; their ids are made from their times. */
async function judged(agentId: Id<'Agent'>, verdicts: readonly (readonly [Verdict, age: number])[]) {
  const made = verdicts.map(([verdict, age]) => {
    const receivedAt = new Date(NOW.getTime() - age);
    const id = `${lowestId('AttestationResult', receivedAt).slice(0, -12)}${agentId.slice(-12)}`;
    return asIds({
      ...{ id, agentId, ...owner, verdict, failures: [], counts: {} as never },
      ...{ allowlistRevisionId: null, stateAfter: 'TRUSTED' as const, receivedAt },
    });
  });
  const { db } = server.services;
  await db.insert(attestationResults).values(made);
  const newest = (wanted: Verdict) => made.findLast(({ verdict }) => verdict === wanted)?.receivedAt ?? null;
  const times = { lastAcceptedAt: newest('ACCEPTED'), lastRejectedAt: newest('REJECTED') };
  await db.update(attestationRecords).set(times).where(eq(attestationRecords.agentId, agentId));
}

/** How many results each part of a round removes. */
async function sweep(): Promise<number[]> {
  const round: SweepRound = {};
  const removed: number[] = [];
  do removed.push(await resultSweep.removeSome(server.services, round));
  while (removed.at(-1) !== 0 || round.after !== undefined);
  return removed;
}

/** Sweeps one round; what is left of these agents, by verdict and age, the newest first. */
async function left(...agentIds: readonly Id<'Agent'>[]): Promise<string[]> {
  await sweep();
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

test('ok: what changed the state stays as long as the transition, however many harmless rejections follow', async () => {
  const agent = await anAgent();
  await judged(agent, [
    ['REJECTED', 5 * DAY],
    ['REJECTED', 4 * DAY],
    ...Array.from({ length: 9 }, (_, age) => ['REJECTED', 9 - age] as const),
  ]);
  const { db } = server.services;
  const [cause] = await db.select().from(attestationResults).orderBy(attestationResults.id).limit(1);
  const change = { from: 'TRUSTED', to: 'FAILED', at: NOW, cause: 'REJECT', by: null } as const;
  const [row] = await db.select().from(agents).where(eq(agents.id, agent));
  const resultId = cause?.id ?? null;
  await db.transaction((tx) => keepTransitions(tx, [{ ...change, agent: row as AgentRow, resultId }]));
  expect(await left(agent)).toEqual([...[1, 2, 3, 4].map((age) => `REJECTED ${age}`), `REJECTED ${5 * DAY}`]);
  await db.delete(trustTransitions);
  expect(await left(agent)).toHaveLength(4);
});

test('ok: what is removed and looked at in one go is bounded, and one round reaches every agent', async () => {
  const ids: Id<'Agent'>[] = [];
  for (let count = 0; count < 201; count += 1) ids.push(await anAgent());
  const [first, last] = [ids[0], ids.at(-1)] as [Id<'Agent'>, Id<'Agent'>];
  const many = Array.from({ length: 600 }, (_, index) => ['ACCEPTED', 2 * DAY + 599 - index] as const);
  await judged(first, many);
  await judged(last, many);
  const removed = await sweep();
  expect(removed.filter((some) => some > 0)).toEqual([500, 99, 500, 99]);
  expect(removed.filter((some) => some === 0).length).toBeGreaterThan(1);
  expect(await left(...ids)).toEqual([`ACCEPTED ${2 * DAY}`, `ACCEPTED ${2 * DAY}`]);
});
