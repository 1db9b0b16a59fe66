import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { trustExpiry } from '../../src/attestation/records/index.js';
import { trustTransitions } from '../../src/attestation/transitions/tables.js';
import { AGENT_STATES } from '../../src/attestation/verifier/index.js';
import {
  type AgentRow,
  agents,
  setTrust,
  trustAt,
  trustRanOut,
  trustStateAt,
} from '../../src/identity/agents/index.js';
import { agentActor } from '../../src/identity/tokens/index.js';
import { newId } from '../../src/platform/ids.js';
import { asIds } from '../harness/ids.js';
import { startTestServer, type TestServer } from '../harness/server.js';

const now = new Date('2026-03-01T00:00:00Z');
const later = (ms: number) => new Date(now.getTime() + ms);
const RAN_OUT = { fromState: 'TRUSTED', toState: 'STALE', cause: 'EXPIRE', resultId: null };
const ENDS = { 'no end': null, 'an end that passed': later(-1), 'an end now': now, 'an end to come': later(1) };

let server: TestServer;
/** An agent of each state with each end, by id. */
let rows: AgentRow[];
beforeAll(async () => {
  server = await startTestServer({ clock: { now: () => now } });
  const { domainId, projectId } = await server.project(await server.domain());
  const owner = { kind: 'MACHINE' as const, domainId, projectId, externalId: null, createdBy: 'u', createdAt: now };
  const made = AGENT_STATES.flatMap((trustState) =>
    Object.entries(ENDS).map(([end, trustedUntil]) => {
      return { ...owner, id: newId('Agent'), name: `${trustState} with ${end}`, trustState, trustedUntil };
    }),
  );
  await server.services.db.insert(agents).values(asIds(made));
  rows = await stored();
}, 120_000);
afterAll(() => server.close());

const stored = () => server.services.db.select().from(agents).orderBy(asc(agents.id));
const stateOf = ({ trustState, trustedUntil }: AgentRow) => trustAt(trustState, trustedUntil, now);
const byName = (states: readonly (readonly [string, unknown])[]) => Object.fromEntries(states);
const expected = () => byName(rows.map((row) => [row.name, stateOf(row)]));

describe('trust that ran out', () => {
  test('ok: trust counts until its end, and without one not at all; time changes no other state', () => {
    for (const row of rows) {
      const isOver = row.trustState === 'TRUSTED' && row.name !== 'TRUSTED with an end to come';
      expect([row.name, stateOf(row)]).toEqual([row.name, isOver ? 'STALE' : row.trustState]);
    }
  });

  test('ok: the database gives each agent the state that the function gives it', async () => {
    const columns = { name: agents.name, state: trustStateAt(now).getSQL(), hasRunOut: trustRanOut(now).getSQL() };
    const found = await server.services.db.select(columns).from(agents);
    expect(byName(found.map(({ name, state }) => [name, state]))).toEqual(expected());
    const ranOut = rows.map((row) => [row.name, stateOf(row) !== row.trustState] as const);
    // Without an end the comparison with one is unknown: neither true nor, for a filter, false.
    expect(byName(found.map(({ name, hasRunOut }) => [name, hasRunOut]))).toEqual(byName(ranOut));
  });

  test('ok: policies see an agent in the state that the API shows', () => {
    const seen = rows.map((row) => [row.name, agentActor(row, now).credentials.trust_state] as const);
    expect(byName(seen)).toEqual(expected());
  });

  test('ok: the sweep writes down what counted already, and nothing else', async () => {
    // Those that ran out, and the one whose end is to come, of which it notes when to look again.
    expect(await trustExpiry.doSome(server.services)).toBe(4);
    expect(await trustExpiry.doSome(server.services)).toBe(0);
    expect(byName((await stored()).map(({ name, trustState }) => [name, trustState]))).toEqual(expected());
    const transitions = await server.services.db.select().from(trustTransitions);
    const ofAgent = new Map(rows.map(({ id, name }) => [id, name]));
    expect(byName(transitions.map(({ agentId, ...row }) => [ofAgent.get(agentId) ?? '', row]))).toMatchObject({
      'TRUSTED with no end': { ...RAN_OUT, occurredAt: now },
      'TRUSTED with an end that passed': { ...RAN_OUT, occurredAt: later(-1) },
      'TRUSTED with an end now': { ...RAN_OUT, occurredAt: now },
    });
    expect(transitions).toHaveLength(3);
  });

  test('ok: agents are looked at no later than their trust ends, however it was renewed', async () => {
    const { db } = server.services;
    const [agent] = rows.filter(({ name }) => name === 'TRUSTED with an end to come');
    const id = agent?.id ?? rows[0]?.id;
    if (id === undefined) throw new Error('no agent');
    const dueAt = async () => {
      const [row] = await db.select({ due: agents.trustDueAt }).from(agents).where(eq(agents.id, id));
      return row?.due;
    };
    const renewed = async (until: Date) => {
      await db.transaction((tx) => setTrust(tx, id, 'TRUSTED', until));
      return dueAt();
    };
    expect(await dueAt()).toEqual(later(1));
    // Later ends leave it, so that no index changes; an earlier one, as after a change of the settings, moves it.
    expect(await renewed(later(60_000))).toEqual(later(1));
    expect(await renewed(later(-1))).toEqual(later(-1));
    expect(await renewed(later(60_000))).toEqual(later(-1));
    await db.update(agents).set({ trustDueAt: now }).where(eq(agents.id, id));
    expect(await trustExpiry.doSome(server.services)).toBe(1);
    expect(await dueAt()).toEqual(later(60_000));
    expect(await trustExpiry.doSome(server.services)).toBe(0);
  });
});
