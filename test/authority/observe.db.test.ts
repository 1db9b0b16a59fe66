import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { attestationBegin } from '../../src/attestation/challenges/policies.js';
import { attestationResults } from '../../src/attestation/results/tables.js';
import { auditEntries } from '../../src/audit/entries/tables.js';
import {
  type Act,
  anonymous,
  type Context,
  mutate,
  type ObserveAct,
  observe,
  readEpoch,
  type WriteAct,
} from '../../src/authority/index.js';
import { events } from '../../src/events/index.js';
import { type AgentRow, setTrust } from '../../src/identity/agents/index.js';
import { agents } from '../../src/identity/agents/tables.js';
import { revokeAgentTokens } from '../../src/identity/tokens/index.js';
import { tokenRevoke } from '../../src/identity/tokens/policies.js';
import { notFound } from '../../src/platform/errors.js';
import { type Id, newId } from '../../src/platform/ids.js';
import { contextOf } from '../harness/context.js';
import { asIds } from '../harness/ids.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { requestStatements } from '../harness/statements.js';
import { insertReport, lock } from './report.js';

const SYSTEM = { type: 'system' } as const;

/** A clock that stands still until a test moves it. */
const clock = { time: Date.UTC(2026, 0, 1), now: () => new Date(clock.time) };
const statements = requestStatements();
let server: TestServer;
let context: Context;
let scope: Awaited<ReturnType<TestServer['project']>>;
let agentId: Id<'Agent'>;
let id: Id<'AttestationResult'>;
beforeAll(async () => {
  server = await startTestServer({ clock, statements: statements.listener });
});
beforeEach(async () => {
  agentId = await agent();
  context = await contextOf(server, await server.agentToken(agentId));
  id = newId('AttestationResult');
  await statements.restart(server);
});
afterAll(() => server.close());

async function agent(): Promise<Id<'Agent'>> {
  scope = await server.project(await server.domain());
  return server.agent(scope, { trustState: 'PENDING' });
}

const OPTIONS = { policy: attestationBegin.name, lock };
type Report = ObserveAct<AgentRow>;

async function insert(act: WriteAct): Promise<void> {
  const { domainId, projectId } = scope;
  await insertReport(act, { id: agentId, ...asIds({ domainId, projectId }) }, id);
}
/** What a whole change writes. */
async function change(act: Act): Promise<string> {
  await insert(act);
  await act.audit({ action: 'attestation.accepted', target: { type: 'Agent', id: agentId } });
  act.event({ type: 'agent.trust_changed', objectId: agentId, details: {} });
  return 'changed';
}
const report = async (act: Report) => {
  await insert(act);
  return 'reported';
};

/** How many rows, audit entries and events there are of the report. */
async function written(): Promise<number[]> {
  const { db, placer } = server.services;
  await placer.committed();
  const found = await Promise.all([
    db.select().from(attestationResults).where(eq(attestationResults.id, id)),
    db.select().from(auditEntries).where(eq(auditEntries.requestId, context.requestId)),
    db.select().from(events).where(eq(events.objectId, agentId)),
  ]);
  return found.map((rows) => rows.length);
}

/** What Postgres says of two transactions that cannot both commit. */
const conflict = (act: WriteAct, told: string) =>
  act.tx.execute(sql.raw(`do $$ begin raise exception '${told}' using errcode = '40001'; end $$`));

describe('what commits', () => {
  test('ok: a report leaves its record, and neither an audit entry nor an event', async () => {
    expect(await observe(context, OPTIONS, report)).toBe('reported');
    expect(await written()).toEqual([1, 0, 0]);
  });

  test('ok: the caller’s row is locked first, then its rights are read, and the epoch is neither locked nor moved', async () => {
    const before = await readEpoch(server.services.db);
    await statements.restart(server);
    await observe(context, OPTIONS, report);
    expect(statements.all()).toEqual([
      expect.stringMatching(/^select .* from "agents" .* for update$/s),
      expect.stringMatching(/^select to_json\("tokens"\).*(?<!for share|for update)$/s),
      expect.stringMatching(/^insert into "attestation_results"/),
    ]);
    expect(await readEpoch(server.services.db)).toBe(before);
  });

  test('ok: the caller is as it is by then, in its row and in its rights', async () => {
    await server.services.db.transaction((tx) => setTrust(tx, agentId, 'FAILED', null));
    const seen = await observe(context, OPTIONS, async ({ row, actor }) => [row.trustState, actor.credentials]);
    expect(seen).toMatchObject(['FAILED', { agent_id: agentId, trust_state: 'FAILED' }]);
  });

  test('refused: to audit, to tell an event, to change rights or to use the database, by type and in fact', async () => {
    await observe(context, OPTIONS, async (act) => {
      // @ts-expect-error A report has no audit entry.
      expect(act.audit).toBeUndefined();
      // @ts-expect-error It tells no event.
      expect(act.event).toBeUndefined();
      // @ts-expect-error It changes no rights.
      expect(act.changeRights).toBeUndefined();
    });
    // @ts-expect-error It has only its transaction.
    const outside = observe(context, OPTIONS, (act) => act.context.db.select().from(agents));
    await expect(outside).rejects.toThrow('only `act.tx` may be used');
  });

  test('refused: a report that fails leaves nothing', async () => {
    const failing = observe(context, OPTIONS, async (act) => {
      await insert(act);
      throw new Error('after all');
    });
    await expect(failing).rejects.toThrow('after all');
    expect(await written()).toEqual([0, 0, 0]);
  });

  test('hidden: what the caller may not read leaves a denial, and nothing else', async () => {
    const run = async (act: Report) => {
      await insert(act);
      throw notFound('attestation');
    };
    await expect(observe(context, OPTIONS, run)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await written()).toEqual([0, 1, 0]);
  });
});

describe('who reports', () => {
  test('refused: a user, whatever it may do, before anything is read', async () => {
    const person = await contextOf(server, (await server.token({ scope: SYSTEM, role: 'admin' })).token);
    await statements.restart(server);
    const refused = observe(person, { ...OPTIONS, policy: tokenRevoke.name }, report);
    await expect(refused).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN', reason: 'WRONG_SCOPE' } });
    expect(statements.all()).toEqual([]);
    expect(await written()).toEqual([0, 0, 0]);
  });

  test('anonymous: refused before anything is read', async () => {
    const refused = observe({ ...context, actor: anonymous }, OPTIONS, report);
    await expect(refused).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(statements.all()).toEqual([]);
    expect(await written()).toEqual([0, 0, 0]);
  });

  test.each(['BANNED', 'RETIRED'])('refused: a machine that is %s since it was read', async (state) => {
    await server.services.db.transaction((tx) => setTrust(tx, agentId, state, null));
    await expect(observe(context, OPTIONS, report)).rejects.toMatchObject({ extensions: { reason: 'AGENT_BANNED' } });
    expect(await written()).toEqual([0, 0, 0]);
  });

  test('refused: a token that was revoked since it was read', async () => {
    await server.services.db.transaction((tx) => revokeAgentTokens(tx, agentId, clock.now()));
    await expect(observe(context, OPTIONS, report)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await written()).toEqual([0, 0, 0]);
  });

  test('forbidden: an operation that is another’s', async () => {
    const refused = observe(context, { ...OPTIONS, policy: 'agent:create' }, report);
    await expect(refused).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await written()).toEqual([0, 0, 0]);
  });

  test('refused: a machine without a row', async () => {
    const none = { ...OPTIONS, lock: async (): Promise<AgentRow | undefined> => undefined };
    await expect(observe(context, none, report)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await written()).toEqual([0, 0, 0]);
  });

  test('refused: while the clocks are too far apart', async () => {
    const skewed = { ...context, clock: { ...clock, skewMs: () => 10 ** 9 } };
    await expect(observe(skewed, OPTIONS, report)).rejects.toMatchObject({ extensions: { reason: 'CLOCK_SKEW' } });
    expect(statements.all()).toEqual([]);
    expect(await written()).toEqual([0, 0, 0]);
  });
});

describe('a report that changes state', () => {
  const changing = async (act: Report): Promise<string> => {
    await insert(act);
    return act.changesState();
  };

  test('ok: all of it is undone, and it runs as a change with an audit entry and an event', async () => {
    expect(await observe(context, OPTIONS, changing, change)).toBe('changed');
    // Its own event, and that of which objects changed.
    expect(await written()).toEqual([1, 1, 2]);
  });

  test('refused: a change without an audit entry, as everywhere', async () => {
    await expect(observe(context, OPTIONS, changing, insert as never)).rejects.toThrow('must leave an audit entry');
    expect(await written()).toEqual([0, 0, 0]);
  });

  test('refused: where there is no change to run, and nothing is written', async () => {
    await expect(observe(context, OPTIONS, changing)).rejects.toThrow('a report that changes state');
    expect(await written()).toEqual([0, 0, 0]);
  });
});

describe('a conflict in the database', () => {
  test('ok: the report runs again, and counts once', async () => {
    let runs = 0;
    await observe(context, OPTIONS, async (act) => {
      await insert(act);
      runs += 1;
      if (runs < 3) await conflict(act, `attempt ${runs}`);
    });
    expect([runs, await written()]).toEqual([3, [1, 0, 0]]);
  });

  test('conflict: after the last of five attempts its error is told, and nothing is written', async () => {
    let runs = 0;
    const attempts = observe(context, OPTIONS, async (act) => {
      await insert(act);
      runs += 1;
      await conflict(act, `attempt ${runs}`);
    });
    await expect(attempts).rejects.toMatchObject({ cause: { code: '40001', message: 'attempt 5' } });
    expect([runs, await written()]).toEqual([5, [0, 0, 0]]);
  });
});

describe('one inside another', () => {
  const CHANGE = { policy: attestationBegin.name };

  test.each<[string, () => Promise<unknown>]>([
    ['a report in a report', () => observe(context, OPTIONS, () => observe(context, OPTIONS, report))],
    ['a change in a report', () => observe(context, OPTIONS, () => mutate(context, CHANGE, change))],
    ['a report in a change', () => mutate(context, CHANGE, () => observe(context, OPTIONS, report))],
  ])('refused: %s, and nothing commits', async (_, nested) => {
    await expect(nested()).rejects.toThrow('a change cannot begin inside another');
    expect(await written()).toEqual([0, 0, 0]);
  });
});
