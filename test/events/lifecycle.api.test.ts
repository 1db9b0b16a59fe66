import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditEntries } from '../../src/audit/entries/tables.js';
import { eventSweep } from '../../src/authority/index.js';
import { events } from '../../src/events/index.js';
import { agents } from '../../src/identity/agents/index.js';
import { makeRows, type Rows } from '../contract/personas/rows.js';
import { openTestDatabase, type TestDatabase } from '../harness/engine.js';
import { type Json, startTestServer, type TestServer } from '../harness/server.js';
import { happen as happenAll } from './happen.js';
import { open, TRUST, watch } from './watch.js';

const BAN = `mutation ($input: BanAgentInput!) { banAgent(input: $input) { agent { state } } }`;

type Project = Awaited<ReturnType<TestServer['project']>>;

const SCRAPER = 'a-secret-that-only-the-scraper-knows';

let database: TestDatabase;
let server: TestServer;
let replica: TestServer;
let rows: Rows;
let project: Project;
let token: string;
beforeAll(async () => {
  database = await openTestDatabase();
  const settings = { trustExpiryIntervalMs: 20, streamPatienceMs: 300 };
  const options = { settings, metricsToken: SCRAPER, open: async () => ({ ...database, close: async () => {} }) };
  server = await startTestServer(options);
  // Its streams are short.
  replica = await startTestServer({ ...options, settings: { ...settings, streamLifetimeMs: 1500 } });
  rows = await makeRows(server);
  project = await server.project(await server.defaultDomainId());
  token = (await server.token({ scope: project, role: 'admin' })).token;
}, 60_000);
afterAll(async () => {
  await server.close();
  await replica.close();
  await database.close();
});

async function trusted(on: TestServer, owner: Project, trustedUntil: Date): Promise<string> {
  const id = await (await makeRows(on)).agent(owner, 'PENDING', { isLiving: true });
  await on.services.db.update(agents).set({ trustState: 'TRUSTED', trustedUntil }).where(eq(agents.id, id));
  return id;
}
const told = async (id: string, { services: { db, placer } } = server) => {
  await placer.committed();
  const isChange = and(eq(events.objectId, id), eq(events.type, 'agent.trust_changed'));
  const found = await db.select().from(events).where(isChange).orderBy(events.position);
  return found.map(({ details }) => details);
};
const happen = (id: string, count: number, at = new Date()) => {
  const fact = { type: 'agent.trust_changed', objectId: id, details: { from: 'PENDING', to: 'FAILED' } };
  return happenAll(server.services, Array(count).fill(fact), at);
};

describe('trust that runs out', () => {
  test('ok: it is told and audited once, whichever of two replicas comes by, and counted from the moment itself', async () => {
    const since = new Date();
    const id = await trusted(server, project, new Date(Date.now() + 200));
    const watcher = watch(server.url, token, TRUST, { since, filter: { agentIds: [id] } });
    await watcher.until(1);
    await delay(100);
    expect(watcher.events()).toMatchObject([{ from: 'TRUSTED', to: 'STALE', agent: { id, state: 'STALE' } }]);
    watcher.kill();
    expect(await told(id)).toEqual([{ from: 'TRUSTED', to: 'STALE' }]);
    const entries = await database.db
      .select()
      .from(auditEntries)
      .where(and(eq(auditEntries.targetId, id), eq(auditEntries.action, 'agent.expired')));
    expect(entries).toMatchObject([{ actorId: null, outcome: 'ALLOWED', projectId: project.projectId }]);
  });

  test('ok: what happens to an agent before that was written down tells both, one after the other', async () => {
    // A server that does not come by of itself.
    const idle = await startTestServer();
    const owner = await idle.project(await idle.defaultDomainId());
    const id = await trusted(idle, owner, new Date(Date.now() - 1));
    const admin = await idle.token({ scope: owner, role: 'admin' });
    const { body } = await idle.graphql(BAN, { input: { agent: { id } } }, admin.token);
    expect(body.data.banAgent.agent.state).toBe('BANNED');
    expect(await told(id, idle)).toEqual([
      { from: 'TRUSTED', to: 'STALE' },
      { from: 'STALE', to: 'BANNED' },
    ]);
    await idle.close();
  });
});

describe('retention', () => {
  test('invalid: a cursor and a time from before it, which say that one has to read afresh', async () => {
    const id = await rows.agent(project, 'PENDING');
    const watcher = watch(server.url, token, TRUST, { since: new Date(), filter: { agentIds: [id] } });
    await happen(id, 1);
    await watcher.until(1);
    watcher.kill();
    const later = await startTestServer({
      clock: { now: () => new Date(Date.now() + 60_001) },
      settings: { eventRetentionMs: 60_000 },
      open: async () => ({ ...database, close: async () => {} }),
    });
    const begun = watcher.events()[0];
    for (const variables of [{ after: begun.cursor }, { since: begun.occurredAt }]) {
      const answer = await open(later.url, { query: TRUST, variables }, { authorization: `Bearer ${token}` });
      const { extensions } = JSON.parse(answer.text).errors[0];
      expect([answer.status, extensions.code, extensions.reason]).toEqual([400, 'INVALID_CURSOR', 'EVENTS_EXPIRED']);
    }
    expect(await eventSweep.removeSome(later.services, {})).toBeGreaterThan(0);
    expect(await told(id)).toEqual([]);
    await happen(id, 1, new Date(Date.now() + 10_000));
    expect(await eventSweep.removeSome(later.services, {})).toBe(0);
    expect(await told(id)).toHaveLength(1);
    await later.close();
  });
});

describe('the end of a stream', () => {
  test('ok: it has lived long enough', async () => {
    const started = Date.now();
    const watcher = watch(replica.url, token, TRUST);
    expect(await watcher.end()).toBe('complete');
    expect(watcher.answers).toEqual([]);
    expect(Date.now() - started).toBeGreaterThanOrEqual(1490);
  });

  test('ok: the server stops', async () => {
    const stopping = await startTestServer({ open: async () => ({ ...database, close: async () => {} }) });
    const watcher = watch(stopping.url, token, TRUST);
    await watcher.open();
    stopping.endStreams();
    expect(await watcher.end()).toBe('complete');
    expect(watcher.answers).toEqual([]);
    await stopping.close();
  });

  test('refused: a client that does not read holds nothing back but itself, and is cut', async () => {
    const id = await rows.agent(project, 'PENDING');
    const since = new Date();
    await happen(id, 400);
    const before = await sent();
    // More for each event than a connection holds for hundreds of them.
    const many = Array.from({ length: 50 }, (_, index) => `${'a'.repeat(1000)}${index}: to`).join(' ');
    const query = `subscription ($since: DateTime) { agentTrustChanged(since: $since) { ${many} } }`;
    const socket = await unread(server.url, token, { query, variables: { since } });
    // It has given up once nothing is told to it any more; a busy machine takes its time.
    for (let last = -1; last !== (await sent()) || last === before; await delay(1500)) last = await sent();
    expect(await isCut(socket)).toBe(true);
    // Far fewer than there are were read for it.
    expect((await sent()) - before).toBeLessThan(300);
  });
});

/** How many events the server told so far. */
async function sent(): Promise<number> {
  const response = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${SCRAPER}` } });
  return Number(/^bailiwick_stream_events_total (\d+)$/m.exec(await response.text())?.[1]);
}

/** Sends a request whose answer nobody reads. */
async function unread(url: string, bearer: string, body: Json) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const text = JSON.stringify(body);
  const head = ['POST /graphql/stream HTTP/1.1', 'host: x', 'content-type: application/json'];
  socket.pause();
  socket.write(
    [...head, `authorization: Bearer ${bearer}`, `content-length: ${Buffer.byteLength(text)}`, '', text].join('\r\n'),
  );
  return socket;
}

/** Whether the other side ends a connection before the answer's own end. */
async function isCut(socket: ReturnType<typeof connect>): Promise<boolean> {
  await delay(1000);
  let tail = '';
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()).on('error', () => {}));
  socket.on('data', (chunk) => {
    tail = (tail + chunk).slice(-100);
  });
  socket.resume();
  await Promise.race([closed, delay(15_000)]);
  return socket.destroyed && !tail.includes('event: complete');
}
