import { randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { allowlistRevisions, allowlists } from '../../src/attestation/allowlists/tables.js';
import { attestations } from '../../src/attestation/challenges/tables.js';
import { loginNonces } from '../../src/attestation/log-in/tables.js';
import { trustExpiry } from '../../src/attestation/records/index.js';
import { attestationRecords } from '../../src/attestation/records/tables.js';
import { attestationResults } from '../../src/attestation/results/tables.js';
import { trustTransitions } from '../../src/attestation/transitions/tables.js';
import { auditEntries } from '../../src/audit/entries/tables.js';
import { DOMAINS } from '../../src/domains.js';
import { events } from '../../src/events/tables.js';
import { agents } from '../../src/identity/agents/tables.js';
import { roleAssignments } from '../../src/identity/assignments/tables.js';
import { apiCredentials } from '../../src/identity/credentials/tables.js';
import { policyCandidateChanges, policyOverrides, policyRevisions } from '../../src/identity/overrides/tables.js';
import { tokens } from '../../src/identity/tokens/tables.js';
import { type Id, newId } from '../../src/platform/ids.js';
import { asId, asIds } from '../harness/ids.js';
import { startTestServer, type TestServer } from '../harness/server.js';

const DAY = 86_400_000;
let now: Date;
const clock = { now: () => now };
let server: TestServer;
let scope: { readonly type: 'project'; readonly domainId: string; readonly projectId: string };
beforeAll(async () => {
  now = new Date('2026-03-01T00:00:00Z');
  server = await startTestServer({ clock });
  scope = await server.project(await server.domain());
}, 120_000);
afterAll(() => server.close());
beforeEach(() => {
  now = new Date('2026-03-01T00:00:00Z');
});

/** Each retention of the server under test is a day. */
const past = () => new Date(now.getTime() - DAY);
const recent = () => new Date(now.getTime() - DAY + 1);

/** How many rows each batch of a sweep removes, until none is left. */
async function sweep(name: string): Promise<number[]> {
  const found = DOMAINS.flatMap(({ sweeps }) => sweeps ?? []).find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no sweep ${name}`);
  const batches: number[] = [];
  const round = {};
  for (let some = 1; some > 0; batches.push(some)) some = await found.removeSome(server.services, round);
  return batches;
}

async function idsOf(table: PgTable, id = sql<string>`id`): Promise<string[]> {
  return (await server.services.db.select({ id }).from(table)).map((row) => row.id);
}

const token = (more: Partial<typeof tokens.$inferInsert>) => {
  const id = newId('Token');
  return { id, hash: id, scopeType: 'unscoped' as const, createdAt: past(), expiresAt: past(), ...more };
};

describe('tokens', () => {
  test('ok: those that expired a retention ago go, the issued before what they were issued from, some at a time', async () => {
    const { db } = server.services;
    const userId = await server.user(scope.domainId);
    const root = token({ userId: asId(userId) });
    const child = token({ userId: asId(userId), parentId: root.id });
    const grandchild = token({ userId: asId(userId), parentId: child.id, revokedAt: past() });
    const parentOfLiving = token({ userId: asId(userId) });
    const living = token({ userId: asId(userId), parentId: parentOfLiving.id, expiresAt: recent() });
    const many = Array.from({ length: 600 }, () => token({ userId: asId(userId) }));
    await db.insert(tokens).values([root, child, grandchild, parentOfLiving, living, ...many]);
    const batches = await sweep('tokens');
    expect(Math.max(...batches)).toBe(500);
    expect(batches.reduce((sum, some) => sum + some)).toBe(603);
    expect((await idsOf(tokens)).sort()).toEqual([parentOfLiving.id, living.id].sort());
    now = new Date(now.getTime() + 1000);
    await sweep('tokens');
    expect(await idsOf(tokens)).toEqual([]);
  });
});

describe('role assignments and API credentials', () => {
  test('ok: assignments that ended go after the retention; others, and those without an end, stay', async () => {
    const { db } = server.services;
    const before = await idsOf(roleAssignments);
    const row = async (expiresAt: Date) => {
      const { id, ...assignment } = { id: newId('RoleAssignment'), scopeType: 'system' as const, isInherited: false };
      const userId = await server.user(scope.domainId);
      const roleId = (await db.execute(sql`select id from roles where name = 'reader'`)) as never as {
        rows?: { id: string }[];
      };
      const [role] = roleId.rows ?? (roleId as never as { id: string }[]);
      await db
        .insert(roleAssignments)
        .values(asIds({ id, ...assignment, userId, roleId: role?.id ?? '', createdAt: past(), expiresAt }));
      return id;
    };
    await row(past());
    const kept = await row(recent());
    expect(await sweep('ended role assignments')).toEqual([1, 0]);
    expect((await idsOf(roleAssignments)).sort()).toEqual([...before, kept].sort());
  });

  test('ok: expired credentials go after the retention and after their tokens', async () => {
    const { db } = server.services;
    const userId = await server.user(scope.domainId);
    const row = (name: string, expiresAt: Date) => ({
      ...{ id: newId('ApiCredential'), userId, userDomainId: scope.domainId, name, keyHash: name, roles: [] },
      ...{ scopeType: 'system' as const, createdAt: past(), expiresAt },
    });
    const [gone, used, lasting] = [row('gone', past()), row('used', past()), row('lasting', recent())];
    await db.insert(apiCredentials).values(asIds([gone, used, lasting]));
    await db.insert(tokens).values(token({ userId: asId(userId), credentialId: used.id }));
    expect(await sweep('expired API credentials')).toEqual([1, 0]);
    expect((await idsOf(apiCredentials)).sort()).toEqual([used.id, lasting.id].sort());
    await sweep('tokens');
    expect(await sweep('expired API credentials')).toEqual([1, 0]);
  });
});

async function agent(name: string, retiredAt: Date | null): Promise<Id<'Agent'>> {
  const { db } = server.services;
  const { type: _type, ...owner } = scope;
  const id = newId('Agent');
  const state = { kind: 'MACHINE' as const, trustState: retiredAt ? 'RETIRED' : 'TRUSTED', createdBy: 'u' };
  await db.insert(agents).values(asIds({ id, ...owner, name, ...state, createdAt: past() }));
  const record = {
    agentId: id,
    ...asIds(owner),
    tpmKind: 'PHYSICAL' as const,
    isLiving: retiredAt === null,
    retiredAt,
  };
  await db.insert(attestationRecords).values({ ...record, acceptedCount: 0, rejectedCount: 0 });
  return id;
}

const ownerOfAgents = () => asIds({ domainId: scope.domainId, projectId: scope.projectId });

const result = (agentId: Id<'Agent'>, allowlistRevisionId: Id<'AllowlistRevision'> | null = null) => ({
  ...{ id: newId('AttestationResult'), agentId, ...ownerOfAgents() },
  ...{ verdict: 'ACCEPTED' as const, failures: [], counts: {} as never },
  ...{ allowlistRevisionId, stateAfter: 'TRUSTED' as const, receivedAt: past() },
});

const transition = (agentId: Id<'Agent'>, occurredAt: Date) => ({
  ...{ id: newId('TrustTransition'), agentId, ...ownerOfAgents(), occurredAt },
  ...{ fromState: 'PENDING' as const, toState: 'TRUSTED' as const, cause: 'ACCEPT' as const },
});

async function forget(agentId: Id<'Agent'>): Promise<void> {
  const { db } = server.services;
  await db.delete(trustTransitions).where(eq(trustTransitions.agentId, agentId));
  await db.delete(attestationRecords).where(eq(attestationRecords.agentId, agentId));
  await db.delete(agents).where(eq(agents.id, agentId));
}

describe('trust transitions', () => {
  test('ok: trust that ran out is kept as of when it did, beside its event, once', async () => {
    const { db } = server.services;
    const id = await agent('run out', null);
    await db.update(agents).set({ trustedUntil: recent() }).where(eq(agents.id, id));
    expect([await trustExpiry.doSome(server.services), await trustExpiry.doSome(server.services)]).toEqual([1, 0]);
    expect(await db.select().from(trustTransitions).where(eq(trustTransitions.agentId, id))).toMatchObject([
      {
        ...{ fromState: 'TRUSTED', toState: 'STALE', cause: 'EXPIRE', actorKind: null, actorId: null, resultId: null },
        ...{ domainId: scope.domainId, projectId: scope.projectId, occurredAt: recent() },
      },
    ]);
    await server.services.placer.committed();
    const told = await db.select().from(events).where(eq(events.objectId, id)).orderBy(events.position);
    expect(told).toMatchObject([
      { details: { from: 'TRUSTED', to: 'STALE' }, occurredAt: now },
      { type: 'object.changed', details: { kinds: ['Agent'] } },
    ]);
    await forget(id);
  });

  test('ok: they go after their retention, some at a time', async () => {
    const { db } = server.services;
    const id = await agent('moved', null);
    const kept = transition(id, recent());
    const many = Array.from({ length: 600 }, () => transition(id, past()));
    await db.insert(trustTransitions).values([kept, ...many]);
    expect(await sweep('trust transitions')).toEqual([500, 100, 0]);
    expect(await idsOf(trustTransitions)).toEqual([kept.id]);
    await forget(id);
  });
});

describe('retired agents', () => {
  test('ok: after the retention all of one goes, some at a time, and an entry tells its name', async () => {
    const { db } = server.services;
    const [gone, recentlyRetired, living] = [
      await agent('gone', past()),
      await agent('recent', recent()),
      await agent('living', null),
    ];
    await db.insert(attestationResults).values(Array.from({ length: 700 }, () => result(gone)));
    await db.insert(attestationResults).values([recentlyRetired, living].map((id) => result(id)));
    await db.insert(tokens).values(token({ agentId: gone, scopeType: 'agent' }));
    await db.insert(trustTransitions).values([gone, living].map((id) => transition(id, recent())));
    const challenge = {
      nonce: 'n',
      pcrs: [0],
      hashAlgorithms: ['sha256' as const],
      imaOffset: 0,
      state: 'VOID' as const,
    };
    const open = { evidenceDigest: null, resultId: null, expiresAt: past(), createdAt: past() };
    await db.insert(attestations).values({ id: 'att_1', agentId: gone, ...challenge, ...open });
    expect(await sweep('retired agents')).toEqual([500, 200, 1, 1, 1, 1, 0]);
    expect((await idsOf(agents)).sort()).toEqual([recentlyRetired, living].sort());
    expect((await idsOf(attestationRecords, sql`agent_id`)).sort()).toEqual([recentlyRetired, living].sort());
    expect(await idsOf(attestationResults)).toHaveLength(2);
    const [entry] = await db.select().from(auditEntries).where(eq(auditEntries.action, 'agent.removed'));
    expect(entry).toMatchObject({ targetId: gone, domainId: scope.domainId, details: { name: 'gone' } });
  });

  test('ok: retiring notes when', async () => {
    const { token: bearer } = await server.token({ scope, role: 'admin' });
    const id = await agent('to-retire', null);
    const mutation =
      'mutation ($input: RetireAgentInput!) { retireAgent(input: $input) { agent { state } userErrors { code } } }';
    const { body } = await server.graphql(mutation, { input: { agent: { id } } }, bearer);
    expect(body.data.retireAgent).toEqual({ agent: { state: 'RETIRED' }, userErrors: [] });
    const [record] = await server.services.db
      .select()
      .from(attestationRecords)
      .where(eq(attestationRecords.agentId, id));
    expect(record?.retiredAt).toEqual(now);
  });
});

describe('challenges', () => {
  test('ok: those of the release before, answered or not, go a retention after they expired, some at a time', async () => {
    const { db } = server.services;
    const [agentId, other] = [await agent('challenged', null), await agent('challenged before', null)];
    const asked = { nonce: 'n', pcrs: [0], hashAlgorithms: ['sha256' as const], imaOffset: 0 };
    const row = (state: 'OPEN' | 'USED' | 'VOID', expiresAt: Date) => ({
      ...{ id: `att_${randomUUID()}`, agentId, ...asked, state, evidenceDigest: null, resultId: null },
      ...{ expiresAt, createdAt: new Date(expiresAt.getTime() - 1000) },
    });
    const kept = [row('OPEN', recent()), row('USED', recent()), row('VOID', now)];
    const answered = (['USED', 'VOID'] as const).flatMap((state) =>
      Array.from({ length: 300 }, () => row(state, past())),
    );
    // An agent has one that is open.
    const gone = [{ ...row('OPEN', past()), agentId: other }, ...answered];
    await db.insert(attestations).values([...kept, ...gone]);
    expect(await sweep('challenges')).toEqual([500, 101, 0]);
    expect((await idsOf(attestations)).sort()).toEqual(kept.map(({ id }) => id).sort());
    await db.delete(attestations).where(eq(attestations.agentId, agentId));
    for (const id of [agentId, other]) await forget(id);
  });
});

describe('log-in nonces', () => {
  test('ok: they go an hour after they expired, some at a time', async () => {
    const { db } = server.services;
    const nonce = (index: number, minutes: number) => ({
      nonce: `${minutes}-${index}`,
      expiresAt: new Date(now.getTime() - minutes * 60_000),
    });
    await db.insert(loginNonces).values([nonce(0, 59), ...Array.from({ length: 600 }, (_, index) => nonce(index, 60))]);
    expect(await sweep('log-in nonces')).toEqual([500, 100, 0]);
    expect(await idsOf(loginNonces, sql`nonce`)).toEqual(['59-0']);
  });
});

describe('allowlist revisions', () => {
  test('ok: those that were replaced a retention ago go, but for what a result refers to', async () => {
    const { db } = server.services;
    const [allowlistId, other] = [newId('Allowlist'), newId('Allowlist')];
    const long = new Date(now.getTime() - 9 * DAY);
    const revision = (list: Id<'Allowlist'>, number: number, createdAt: Date) => ({
      ...{ id: newId('AllowlistRevision'), allowlistId: list, number, imaExcludes: [], createdAt, createdBy: 'u' },
    });
    type Revision = ReturnType<typeof revision>;
    const [first, second, third, fourth, fifth] = [long, long, past(), recent(), now].map((at, index) =>
      revision(allowlistId, index + 1, at),
    ) as [Revision, Revision, Revision, Revision, Revision];
    const only = revision(other, 1, long);
    const list = (id: Id<'Allowlist'>, name: string, currentRevisionId: Id<'AllowlistRevision'>) => ({
      ...{ id, ownerType: 'SYSTEM' as const, name, currentRevisionId, version: 1, createdAt: long, updatedAt: long },
    });
    await db.insert(allowlists).values([list(allowlistId, 'many', fifth.id), list(other, 'one', only.id)]);
    const all = [first, second, third, fourth, fifth, only];
    await db.insert(allowlistRevisions).values(all);
    const agentId = await agent('referring', null);
    await db.insert(attestationResults).values(result(agentId, first.id));
    expect(await sweep('allowlist revisions')).toEqual([1, 0]);
    const kept = all.map(({ id }) => id).filter((id) => id !== second.id);
    expect((await idsOf(allowlistRevisions)).sort()).toEqual(kept.sort());
    await db.delete(attestationResults).where(eq(attestationResults.agentId, agentId));
    expect(await sweep('allowlist revisions')).toEqual([1, 0]);
  });
});

describe('policy revisions', () => {
  test('ok: those that were replaced and candidates that ended go; the one in force and the last number stay', async () => {
    const { db } = server.services;
    const long = new Date(now.getTime() - 9 * DAY);
    const row = (number: number, isCandidate: boolean, createdAt: Date, endedAt: Date | null = null) => ({
      ...{ number, isCandidate, enforceNewDefaults: true, userId: null, reason: null, rolledBackTo: null },
      ...{ createdAt, endedAt },
    });
    const rows = [
      ...[row(1, false, long), row(2, true, long, past()), row(3, true, long, recent()), row(4, false, past())],
      ...[row(5, false, recent()), row(6, true, long), row(7, true, long, long)],
    ];
    await db.insert(policyRevisions).values(rows);
    await db
      .insert(policyOverrides)
      .values(rows.map(({ number }) => ({ revision: number, name: 'a:b', checkText: '@' })));
    const change = { policy: 'a:b', scopeType: 'system', change: 'ALLOWED_TO_DENIED' as const, count: 1 };
    await db.insert(policyCandidateChanges).values({ revision: 2, ...change, firstAt: long, lastAt: long });
    expect(await sweep('policy revisions')).toEqual([2, 0]);
    const numbers = sql<string>`number::text`;
    expect((await idsOf(policyRevisions, numbers)).sort()).toEqual(['3', '4', '5', '6', '7']);
    expect((await idsOf(policyOverrides, sql`revision::text`)).sort()).toEqual(['3', '4', '5', '6', '7']);
    expect(await idsOf(policyCandidateChanges, sql`revision::text`)).toEqual([]);
    now = new Date(now.getTime() + 1000);
    expect(await sweep('policy revisions')).toEqual([2, 0]);
    expect((await idsOf(policyRevisions, numbers)).sort()).toEqual(['5', '6', '7']);
  });
});
