import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { auditEntries } from '../../src/audit/entries/tables.js';
import { events } from '../../src/events/index.js';
import { nodeReadiness, nodesLost } from '../../src/fleet/conditions/ready.js';
import { nodeTrust } from '../../src/fleet/conditions/trust.js';
import { agents } from '../../src/identity/agents/tables.js';
import { happen } from '../events/happen.js';
import { standingClock } from '../harness/clock.js';
import { asId } from '../harness/ids.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { requestStatements } from '../harness/statements.js';
import { fleetOf, told } from './fleet.js';

const MINUTE = 60_000;
const clock = standingClock();
const statements = requestStatements();
let server: TestServer;
let fleet: ReturnType<typeof fleetOf>;
beforeAll(async () => {
  server = await startTestServer({ clock, statements: statements.listener });
  fleet = fleetOf(server);
}, 60_000);
afterAll(() => server.close());
beforeEach(() => {
  clock.time += 10 * MINUTE;
});

const renew = async (token: string, node?: { id: string }) =>
  fleet.send('renewNodeLease', node ? { node: { id: node.id } } : {}, token, 'leasedUntil');
const conditions = async (id: string): Promise<Json> => {
  const found = await fleet.node(id, 'conditions { type status reason lastTransitionAt failureCodes }');
  return Object.fromEntries(found.conditions.map(({ type, ...condition }: Json) => [type, condition]));
};
const ready = async (id: string) => (await conditions(id)).READY;
const at = (ms: number) => new Date(ms).toISOString();
/** What the jobs of a server do within some seconds; and the events of a node that there are then. */
async function jobs(id: string): Promise<Json[]> {
  await server.services.placer.committed();
  await nodeTrust.doSome(server.services);
  await nodeReadiness.doSome(server.services);
  await server.services.placer.committed();
  const found = await server.services.db.select().from(events).where(eq(events.objectId, id));
  return found.flatMap(({ type, details }) => (type === 'node.changed' ? [details] : []));
}
const listedReady = async (id: string, isReady: boolean) => {
  const query = `{ nodes(first: 200, filter: { isReady: ${isReady} }) { nodes { id } } }`;
  const { body } = await server.graphql(query, {}, await fleet.operator('reader'));
  return body.data.nodes.nodes.some((node: Json) => node.id === id);
};

describe('Mutation.renewNodeLease', () => {
  test('ok: a node is Ready for three intervals after its agent renewed its lease, without any job', async () => {
    const { node, token } = await fleet.machine();
    expect(await ready(node.id)).toMatchObject({ status: 'FALSE', reason: 'NEVER_HEARD', lastTransitionAt: null });
    const { body } = await renew(token);
    expect(body.data.told).toEqual({ leasedUntil: at(clock.time + 3 * MINUTE), userErrors: [] });
    const since = at(clock.time);
    expect(await ready(node.id)).toMatchObject({ status: 'TRUE', reason: 'LEASE_CURRENT', lastTransitionAt: since });
    clock.time += 3 * MINUTE - 1;
    expect((await ready(node.id)).status).toBe('TRUE');
    clock.time += 1;
    expect(await ready(node.id)).toMatchObject({
      status: 'FALSE',
      reason: 'LEASE_EXPIRED',
      lastTransitionAt: at(clock.time),
    });
  });

  test('ok: another process tells at the next read that a lease stopped', async () => {
    const { database } = server;
    const open = async () => ({ database, db: database.db, engine: database.engine, close: async () => {} });
    const replica = await startTestServer({ clock, open });
    try {
      const { node, token } = await fleet.machine();
      await renew(token);
      const reader = await fleet.operator('reader');
      const there = async () =>
        (await fleetOf(replica).node(node.id, 'conditions { type status }', reader)).conditions[0];
      expect(await there()).toEqual({ type: 'READY', status: 'TRUE' });
      clock.time += 3 * MINUTE;
      expect(await there()).toEqual({ type: 'READY', status: 'FALSE' });
    } finally {
      await replica.close();
    }
  });

  test('ok: routine: one statement writes it, with no audit entry and no event', async () => {
    const { node, token } = await fleet.machine();
    await renew(token);
    await jobs(node.id);
    await statements.restart(server);
    await renew(token);
    const written = statements.all();
    expect(written.filter((text) => /^(insert|update|begin)/i.test(text))).toEqual([]);
    expect(written.filter((text) => /update "node_leases"/.test(text))).toHaveLength(1);
    expect(written).toHaveLength(2);
    const { db } = server.services;
    expect(await db.select().from(auditEntries).where(eq(auditEntries.targetId, node.id))).toHaveLength(1);
  });

  test('ok: jobs store it and tell each change once; what is renewed meanwhile tells nothing', async () => {
    const { node, token } = await fleet.machine();
    expect(await jobs(node.id)).toEqual([]);
    await renew(token);
    const isReady = { condition: 'READY', status: 'TRUE', reason: 'LEASE_CURRENT' };
    expect(await jobs(node.id)).toEqual([isReady]);
    expect(await listedReady(node.id, true)).toBe(true);
    for (let times = 0; times < 5; times += 1) {
      clock.time += MINUTE;
      await renew(token);
      expect(await jobs(node.id)).toHaveLength(1);
    }
    clock.time += 3 * MINUTE;
    const isOver = { condition: 'READY', status: 'FALSE', reason: 'LEASE_EXPIRED' };
    expect(await jobs(node.id)).toEqual([isReady, isOver]);
    expect(await listedReady(node.id, false)).toBe(true);
    expect(await jobs(node.id)).toHaveLength(2);
    await renew(token);
    expect(await jobs(node.id)).toEqual([isReady, isOver, isReady]);
  });

  test('ok: accepted evidence renews it too, for an agent that holds the lease', async () => {
    const { node, agentId } = await fleet.machine({
      trustState: 'TRUSTED',
      trustedUntil: new Date(clock.time + 6 * MINUTE),
    });
    await fleet.accepted(agentId, new Date(clock.time));
    expect((await ready(node.id)).status).toBe('TRUE');
    expect(await fleet.node(node.id, 'leaseRenewedAt leasedUntil')).toEqual({
      leaseRenewedAt: at(clock.time),
      leasedUntil: at(clock.time + 3 * MINUTE),
    });
    const userId = await server.user(await server.defaultDomainId());
    await fleet.change('setNodeLeaseHolder', node, { user: { id: userId } });
    expect((await ready(node.id)).reason).toBe('NEVER_HEARD');
  });

  test('ok: a lease holder that operators named renews it, and nobody else', async () => {
    const { node, token } = await fleet.machine();
    const { node: other } = await fleet.create();
    const scope = { type: 'system' } as const;
    const worker = await server.token({ scope, role: 'service' });
    const rival = await server.token({ scope, role: 'service' });
    await fleet.change('setNodeLeaseHolder', node, { user: { id: worker.userId } });
    expect((await fleet.node(node.id, 'leaseHolder { id }')).leaseHolder.id).toBe(worker.userId);
    expect((await renew(worker.token, node)).body.data.told.userErrors).toEqual([]);
    expect((await ready(node.id)).status).toBe('TRUE');
    expect(codeOf(await renew(token))).toBe('FORBIDDEN');
    expect(codeOf(await renew(rival.token, node))).toBe('NOT_FOUND');
    expect(codeOf(await renew(worker.token, other))).toBe('NOT_FOUND');
    expect(codeOf(await renew(await fleet.operator('manager'), node))).toBe('FORBIDDEN');
    expect(told((await renew(worker.token)).body.data.told)).toBe('INVALID input.node');
    // A holder without the role, or whose user nothing names any more.
    const roleless = await server.token({
      scope,
      role: 'reader',
      userId: await server.user(await server.defaultDomainId()),
    });
    await fleet.change('setNodeLeaseHolder', node, { user: { id: roleless.userId } });
    expect(codeOf(await renew(roleless.token, node))).toBe('FORBIDDEN');
    expect(codeOf(await renew(worker.token, node))).toBe('NOT_FOUND');
    await fleet.change('setNodeLeaseHolder', node, { user: null });
    expect(codeOf(await renew(token))).toBeUndefined();
  });

  test('hidden: the lease of another node, by the agent of one', async () => {
    const { token } = await fleet.machine();
    const { node } = await fleet.machine();
    expect(codeOf(await renew(token, node))).toBe('NOT_FOUND');
  });

  test('refused: after a ban, whose agent then has no token', async () => {
    const { node, agentId, project, token } = await fleet.machine();
    await renew(token);
    const { token: admin } = await server.token({ scope: project, role: 'admin' });
    await fleet.send('banAgent', { agent: { id: agentId } }, admin, 'agent { id }');
    await server.services.db
      .update(agents)
      .set({ trustState: 'BANNED' })
      .where(eq(agents.id, asId(agentId)));
    expect(codeOf(await renew(token))).toBe('UNAUTHENTICATED');
    expect((await conditions(node.id)).ATTESTED).toMatchObject({ status: 'FALSE', reason: 'BANNED' });
  });

  test('ok: an agent whose token is about to end, and one that somebody holds, renew in a transaction', async () => {
    const { node, token } = await fleet.machine();
    await statements.restart(server);
    clock.time += 59.5 * MINUTE;
    expect((await renew(token)).body.data.told.userErrors).toEqual([]);
    expect(statements.all().some((text) => /^update "node_leases"/.test(text))).toBe(true);
    expect((await ready(node.id)).status).toBe('TRUE');
  });
});

describe('Subscription.nodeChanged', () => {
  test('ok: what the event log tells of an agent is told of its node, once; trust by evidence makes it Ready', async () => {
    const until = new Date(clock.time + 6 * MINUTE);
    const { node, agentId } = await fleet.machine({ trustState: 'TRUSTED', trustedUntil: until });
    await jobs(node.id);
    await fleet.accepted(agentId, new Date(clock.time));
    const trust = (from: string, to: string) => ({
      type: 'agent.trust_changed',
      objectId: agentId,
      details: { from, to, nodeId: node.id },
    });
    await happen(server.services, [trust('PENDING', 'TRUSTED')], new Date(clock.time));
    const isTrusted = { condition: 'ATTESTED', status: 'TRUE', reason: 'TRUSTED' };
    const isReady = { condition: 'READY', status: 'TRUE', reason: 'LEASE_CURRENT' };
    expect(await jobs(node.id)).toEqual([isTrusted, isReady]);
    expect(await jobs(node.id)).toHaveLength(2);
    await happen(server.services, [trust('TRUSTED', 'FAILED')], new Date(clock.time));
    const isFailed = { condition: 'ATTESTED', status: 'FALSE', reason: 'FAILED' };
    expect(await jobs(node.id)).toEqual([isTrusted, isReady, isFailed]);
  });

  test('ok: nodes that are no longer Ready are counted, those that never were are not', async () => {
    await fleet.machine();
    const { node, token } = await fleet.machine();
    await renew(token);
    await jobs(node.id);
    const before = nodesLost();
    clock.time += 3 * MINUTE;
    await jobs(node.id);
    expect(nodesLost()).toBe(before + 1);
  });
});

describe('Node.conditions', () => {
  test('ok: they tell trust as it is at the moment', async () => {
    const { node } = await fleet.create();
    expect((await conditions(node.id)).ATTESTED).toMatchObject({
      status: 'UNKNOWN',
      reason: 'NO_AGENT',
      failureCodes: [],
    });
    const until = new Date(clock.time + MINUTE);
    const machine = await fleet.machine({ trustState: 'TRUSTED', trustedUntil: until });
    expect((await conditions(machine.node.id)).ATTESTED).toMatchObject({ status: 'TRUE', reason: 'TRUSTED' });
    clock.time += MINUTE;
    expect((await conditions(machine.node.id)).ATTESTED).toMatchObject({
      status: 'UNKNOWN',
      reason: 'STALE',
      lastTransitionAt: until.toISOString(),
    });
  });
});
