import { and, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { attestationBegin } from '../../src/attestation/challenges/policies.js';
import { auditEntries } from '../../src/audit/entries/tables.js';
import { type Act, bumpEpoch, type Context, mutate, readEpoch } from '../../src/authority/index.js';
import { events } from '../../src/events/index.js';
import { setTrust } from '../../src/identity/agents/index.js';
import { roleAssignments } from '../../src/identity/assignments/tables.js';
import { domainCreate } from '../../src/identity/domains/policies.js';
import { domains } from '../../src/identity/domains/tables.js';
import { notFound } from '../../src/platform/errors.js';
import { newId } from '../../src/platform/ids.js';
import { standingClock } from '../harness/clock.js';
import { contextOf } from '../harness/context.js';
import { asId, asIds } from '../harness/ids.js';
import { type Bearer, startTestServer, type TestServer } from '../harness/server.js';

const SYSTEM = { type: 'system' } as const;
const POLICY = { policy: domainCreate.name };

const clock = standingClock();
let server: TestServer;
let admin: Bearer;
let context: Context;
let id: string;
beforeAll(async () => {
  server = await startTestServer({ clock });
});
beforeEach(async () => {
  admin = await server.token({ scope: SYSTEM, role: 'admin' });
  context = await contextOf(server, admin.token);
  id = newId('Domain');
});
afterAll(() => server.close());

const insert = (act: Act) =>
  act.tx.insert(domains).values(asIds({ id, name: id, description: null, createdAt: act.now }));
const audit = (act: Act) => act.audit({ action: 'domain.created', target: { type: 'Domain', id } });
/** A whole change: a row, its audit entry and its event. */
async function change(act: Act): Promise<void> {
  await insert(act);
  await audit(act);
  act.event({ type: 'domain.created', objectId: id, details: {} });
}
/** What Postgres says of two transactions that cannot both commit. */
const conflict = (act: Act, told: string) =>
  act.tx.execute(sql.raw(`do $$ begin raise exception '${told}' using errcode = '40001'; end $$`));

/** How many rows, audit entries and events there are of the domain. */
async function written(): Promise<number[]> {
  const { db, placer } = server.services;
  await placer.committed();
  const found = await Promise.all([
    db
      .select()
      .from(domains)
      .where(eq(domains.id, asId(id))),
    db.select().from(auditEntries).where(eq(auditEntries.targetId, id)),
    db
      .select()
      .from(events)
      .where(and(eq(events.objectId, id), eq(events.type, 'domain.created'))),
  ]);
  return found.map((rows) => rows.length);
}

describe('what commits', () => {
  test('ok: a change with its audit entry and its event', async () => {
    await mutate(context, POLICY, change);
    expect(await written()).toEqual([1, 1, 1]);
  });

  test('refused: a change without an audit entry', async () => {
    const silent = async (act: Act) => {
      await insert(act);
      act.event({ type: 'domain.created', objectId: id, details: {} });
    };
    await expect(mutate(context, POLICY, silent)).rejects.toThrow('a change must leave an audit entry');
    expect(await written()).toEqual([0, 0, 0]);
  });

  test.each([
    ['an audit entry', audit],
    ['an event', (act: Act) => act.event({ type: 'domain.created', objectId: id, details: {} })],
  ])('refused: a change that is called none and has %s', async (_, tell) => {
    const run = async (act: Act) => {
      await tell(act);
      return act.unchanged(null);
    };
    await expect(mutate(context, POLICY, run)).rejects.toThrow('a change was called none');
    expect(await written()).toEqual([0, 0, 0]);
  });

  test('ok: who finds all as it is wanted answers so, and leaves nothing', async () => {
    expect(await mutate(context, POLICY, async (act) => act.unchanged('as it was'))).toBe('as it was');
    expect(await written()).toEqual([0, 0, 0]);
  });

  test('hidden: of what the caller may not read a denial is written, and nothing else', async () => {
    const run = async (act: Act) => {
      await change(act);
      throw notFound('domain');
    };
    await expect(mutate(context, POLICY, run)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await written()).toEqual([0, 0, 0]);
    const entries = await server.services.db
      .select()
      .from(auditEntries)
      .where(eq(auditEntries.requestId, context.requestId));
    expect(entries).toMatchObject([{ action: 'request.denied', outcome: 'DENIED', policy: POLICY.policy }]);
  });
});

describe('a conflict in the database', () => {
  test('ok: the use case runs again, and what it wrote, audited and told counts once', async () => {
    let runs = 0;
    await mutate(context, POLICY, async (act) => {
      await change(act);
      runs += 1;
      if (runs < 3) await conflict(act, `attempt ${runs}`);
    });
    expect([runs, await written()]).toEqual([3, [1, 1, 1]]);
  });

  test('conflict: after the last of five attempts its error is told, and nothing is written', async () => {
    let runs = 0;
    const attempts = mutate(context, POLICY, async (act) => {
      await change(act);
      runs += 1;
      await conflict(act, `attempt ${runs}`);
    });
    await expect(attempts).rejects.toMatchObject({ cause: { code: '40001', message: 'attempt 5' } });
    expect([runs, await written()]).toEqual([5, [0, 0, 0]]);
  });

  test('refused: any other error ends it at once', async () => {
    let runs = 0;
    const run = async (act: Act) => {
      await change(act);
      runs += 1;
      throw new Error(`run ${runs}`);
    };
    await expect(mutate(context, POLICY, run)).rejects.toThrow('run 1');
    expect([runs, await written()]).toEqual([1, [0, 0, 0]]);
  });
});

describe('a change of rights', () => {
  test('ok: it runs again with the epoch held alone, moves it once, and counts once', async () => {
    const before = await readEpoch(server.services.db);
    let runs = 0;
    await mutate(context, POLICY, async (act) => {
      runs += 1;
      await change(act);
      await act.changeRights();
    });
    expect([runs, await written()]).toEqual([2, [1, 1, 1]]);
    expect(await readEpoch(server.services.db)).toBe(before + 1);
  });

  test('ok: what changes none leaves the epoch as it is', async () => {
    const before = await readEpoch(server.services.db);
    await mutate(context, POLICY, change);
    expect(await readEpoch(server.services.db)).toBe(before);
  });
});

describe('a caller that changed since it was read', () => {
  test('forbidden: a user whose role was taken away', async () => {
    await server.services.db.delete(roleAssignments).where(eq(roleAssignments.userId, asId(admin.userId)));
    await server.services.db.transaction(bumpEpoch);
    await expect(mutate(context, POLICY, change)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await written()).toEqual([0, 0, 0]);
  });

  test('refused: a token that expired, exactly then', async () => {
    const expiresAt = new Date(clock.time + 1000);
    const { token } = await server.token({ scope: SYSTEM, userId: admin.userId, expiresAt });
    const short = await contextOf(server, token);
    clock.time += 999;
    await mutate(short, POLICY, async (act) => act.unchanged(null));
    clock.time += 1;
    await expect(mutate(short, POLICY, change)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await written()).toEqual([0, 0, 0]);
  });

  test('ok: an agent is as trusted as it is by then; refused: one that was banned', async () => {
    const agentId = await agent('PENDING');
    const machine = await contextOf(server, await server.agentToken(agentId));
    const { db } = server.services;
    const seen = () =>
      mutate(machine, { policy: attestationBegin.name }, async (act) =>
        act.unchanged(act.actor.credentials.trust_state),
      );
    expect(await seen()).toBe('PENDING');
    // Trust moves without the epoch.
    await db.transaction((tx) => setTrust(tx, asId(agentId), 'FAILED', null));
    expect(await seen()).toBe('FAILED');
    await db.transaction((tx) => setTrust(tx, asId(agentId), 'BANNED', null));
    await expect(seen()).rejects.toMatchObject({ extensions: { code: 'UNAUTHENTICATED', reason: 'AGENT_BANNED' } });
  });
});

async function agent(trustState: string): Promise<string> {
  return server.agent(await server.project(await server.domain()), { trustState });
}
