import { setTimeout as delay } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EventFact, events } from '../../src/events/index.js';
import { roleAssignments } from '../../src/identity/assignments/tables.js';
import { newId } from '../../src/platform/ids.js';
import { makeRows } from '../contract/personas/rows.js';
import { openTestDatabase, type TestDatabase } from '../harness/engine.js';
import { asId } from '../harness/ids.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { happen } from './happen.js';
import { eventually, TRUST, type Watcher, watch } from './watch.js';

const CALLERS = 6;
const STREAMS_EACH = 6;
const REVOKE_ROLE = 'mutation ($input: RevokeRoleInput!) { revokeRole(input: $input) { roleAssignmentId } }';
const REVOKE_TOKEN = 'mutation { revokeToken(input: {}) { tokenId } }';

let database: TestDatabase;
/** Two replicas on one database: rights are taken away at one while the other tells events. */
const replicas: TestServer[] = [];
beforeAll(async () => {
  database = await openTestDatabase();
  for (let count = 0; count < 2; count++) {
    replicas.push(await startTestServer({ open: async () => ({ ...database, close: async () => {} }) }));
  }
}, 60_000);
afterAll(async () => {
  for (const replica of replicas) await replica.close();
  await database.close();
});

interface Caller {
  readonly userId: string;
  readonly token: string;
  readonly watchers: readonly Watcher[];
}

test('refused: streams get no event that was committed after their caller’s right was taken away, whatever they share', async () => {
  const [server, other] = replicas as [TestServer, TestServer];
  const project = await server.project(await server.defaultDomainId());
  const { token: admin } = await server.token({ scope: { type: 'system' }, role: 'admin' });
  const agentId = await (await makeRows(server)).agent(project, 'PENDING');
  const fact: EventFact = {
    type: 'agent.trust_changed',
    objectId: agentId,
    details: { from: 'PENDING', to: 'FAILED' },
  };
  const since = new Date();
  const callers: Caller[] = [];
  for (let count = 0; count < CALLERS; count++) {
    const { userId, token } = await server.token({ scope: project, role: 'reader' });
    const watchers = Array.from({ length: STREAMS_EACH }, (_, index) =>
      watch(replicas[index % 2]?.url ?? '', token, TRUST, { since }),
    );
    callers.push({ userId, token, watchers });
  }
  const all = () => callers.flatMap(({ watchers }) => watchers);
  await Promise.all(all().map((watcher) => watcher.open()));

  let isOver = false;
  const telling = (async () => {
    for (; !isOver; await delay(2)) await happen(server.services, [fact]);
  })();
  const lost: { readonly caller: Caller; readonly after: number }[] = [];
  for (const [index, caller] of callers.slice(1).entries()) {
    await delay(Math.random() * 60);
    const [assignment] = await database.db
      .select()
      .from(roleAssignments)
      .where(eq(roleAssignments.userId, asId(caller.userId)));
    const answer =
      index % 2 === 0
        ? await other.graphql(REVOKE_ROLE, { input: { roleAssignmentId: assignment?.id } }, admin)
        : await other.graphql(REVOKE_TOKEN, {}, caller.token);
    expect(answer.body.errors).toBeUndefined();
    // What is written from here on is committed after the answer.
    const mark: EventFact = { ...fact, objectId: newId('Agent') };
    await happen(server.services, [mark]);
    const [written] = await database.db.select().from(events).where(eq(events.objectId, mark.objectId));
    lost.push({ caller, after: written?.position ?? 0 });
  }
  await delay(100);
  isOver = true;
  await telling;
  const written = await database.db.select().from(events).where(eq(events.objectId, agentId)).orderBy(events.position);
  const ids = written.map(({ id }) => id);
  for (const watcher of callers[0]?.watchers ?? []) {
    await eventually(() => watcher.answers.length >= ids.length);
    expect(watcher.events().map(({ id }) => id)).toEqual(ids);
  }
  for (const { caller, after } of lost) {
    const allowed = new Set(written.filter(({ position }) => position < after).map(({ id }) => id));
    for (const watcher of caller.watchers) {
      expect(await watcher.end()).toBe('complete');
      expect(watcher.events().filter(({ id }) => !allowed.has(id))).toEqual([]);
      expect(['FORBIDDEN', 'UNAUTHENTICATED']).toContain(watcher.answers.at(-1)?.errors?.[0]?.extensions.code);
    }
  }
}, 60_000);
