import { setTimeout as delay } from 'node:timers/promises';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { attestationBegin } from '../../src/attestation/challenges/policies.js';
import { attestationResults } from '../../src/attestation/results/tables.js';
import { observe } from '../../src/authority/index.js';
import { openPostgres } from '../../src/db/postgres.js';
import { rowsOf } from '../../src/db/rows.js';
import { type Id, newId } from '../../src/platform/ids.js';
import { contextOf } from '../harness/context.js';
import { type OutsideSession, outsideSession } from '../harness/outside-session.js';
import { type Json, startTestServer, type TestServer } from '../harness/server.js';
import { insertReport, lock } from './report.js';

const REVOKE = 'mutation ($input: RevokeTokenInput!) { revokeToken(input: $input) { tokenId userErrors { code } } }';
const OVERRIDE = `mutation ($input: SetPolicyOverridesInput!) {
  setPolicyOverrides(input: $input) { revision { number } userErrors { code message } } }`;
const IN_FORCE = '{ policyRevision { number } }';
const HELD_AT_MOST_MS = 20_000;
const LOCK = 'select id from agents where id = $1 for update';

/** A clock that stands still until a test moves it. */
const clock = { time: Date.UTC(2026, 0, 1), now: () => new Date(clock.time) };
let server: TestServer;
let outside: OutsideSession;
let agentId: Id<'Agent'>;
let token: string;
beforeAll(async () => {
  server = await startTestServer({ clock });
  outside = await outsideSession(server.database);
});
beforeEach(async () => {
  agentId = await server.agent(await server.project(await server.domain()), { trustState: 'FAILED' });
  token = await server.agentToken(agentId);
});
afterAll(async () => {
  await outside.end();
  await server.close();
});

/** Reports, and tells in which state the machine was for it. */
async function report(): Promise<Json> {
  const context = await contextOf(server, token);
  return observe(context, { policy: attestationBegin.name, lock }, async (act) => {
    await insertReport(act, act.row, newId('AttestationResult'));
    return { row: act.row.trustState, rights: act.actor.credentials.trust_state };
  });
}

/**
 * A report that begins while another session holds the machine's row, and so waits for it.
 * @param text What that session did to the row; it commits after `happens`.
 */
async function reportedAfter(text: string, happens: () => Promise<unknown> = async () => {}): Promise<Json> {
  const { reported } = await outside.whileHeld({ text, parameters: [agentId] }, HELD_AT_MOST_MS, async () => {
    const reported = report().catch((error: Json) => error.extensions ?? error);
    const deadline = performance.now() + HELD_AT_MOST_MS;
    while ((await outside.waiting()) === 0 && performance.now() < deadline) await delay(10);
    await happens();
    return { reported };
  });
  const told = await reported;
  return { told, rows: await server.services.db.$count(attestationResults, eq(attestationResults.agentId, agentId)) };
}

const refused = (told: object) => ({ told: expect.objectContaining(told), rows: 0 });
const setState = (state: string) => `update agents set trust_state = '${state}' where id = $1`;

async function override(checks: readonly { name: string; check: string }[]): Promise<void> {
  const admin = (await server.token({ scope: { type: 'system' }, role: 'admin' })).token;
  const baseRevision = (await server.graphql(IN_FORCE, {}, admin)).body.data.policyRevision.number;
  const { body } = await server.graphql(OVERRIDE, { input: { overrides: checks, baseRevision } }, admin);
  expect(body.data.setPolicyOverrides.userErrors).toEqual([]);
}

describe('rights that are lost while a report waits for its row', () => {
  test('ok: nothing is lost', async () => {
    expect(await reportedAfter(LOCK)).toEqual({ told: { row: 'FAILED', rights: 'FAILED' }, rows: 1 });
  });

  test.each(['BANNED', 'RETIRED'])('refused: a machine that is %s by then', async (state) => {
    expect(await reportedAfter(setState(state))).toEqual(refused({ reason: 'AGENT_BANNED' }));
  });

  test('refused: a machine that is removed by then', async () => {
    const remove = `with ended as (delete from tokens where agent_id = $1) delete from agents where id = $1`;
    expect(await reportedAfter(remove)).toEqual(refused({ code: 'UNAUTHENTICATED' }));
  });

  test('ok: a machine that is reset by then reports as what it is', async () => {
    const told = { row: 'PENDING', rights: 'PENDING' };
    expect(await reportedAfter(setState('PENDING'))).toEqual({ told, rows: 1 });
  });

  test('refused: a token that is revoked by then, which does not lock the row', async () => {
    const revoked = async () => {
      expect((await server.graphql(REVOKE, { input: {} }, token)).body.data.revokeToken.userErrors).toEqual([]);
    };
    expect(await reportedAfter(LOCK, revoked)).toEqual(refused({ code: 'UNAUTHENTICATED' }));
  });

  test('refused: a token that expires meanwhile', async () => {
    const expired = async () => {
      clock.time += 3_600_000;
    };
    expect(await reportedAfter(LOCK, expired)).toEqual(refused({ code: 'UNAUTHENTICATED' }));
  });

  test('forbidden: by a policy that is changed by then, which does not lock the row', async () => {
    const changed = () => override([{ name: attestationBegin.name, check: '!' }]);
    const outcome = await reportedAfter(LOCK, changed);
    await override([]);
    expect(outcome).toEqual(refused({ code: 'FORBIDDEN' }));
    expect(await report()).toEqual({ row: 'FAILED', rights: 'FAILED' });
  });
});

test('ok: transactions read what was committed while they waited, whatever the database has by default', async () => {
  const [{ name }] = (await outside.ask('select current_database() as name')) as [{ name: string }];
  await outside.ask(`alter database "${name}" set default_transaction_isolation = 'repeatable read'`);
  const url = new URL(process.env.TEST_DATABASE_URL ?? '');
  url.pathname = `/${name}`;
  const other = await openPostgres({ url: url.href, connectionsMax: 6 });
  const found = await other.db.transaction((tx) => rowsOf(tx, sql`show transaction_isolation`));
  await other.close();
  expect(found).toEqual([{ transaction_isolation: 'read committed' }]);
});
