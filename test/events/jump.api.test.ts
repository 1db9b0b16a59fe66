import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventSweep } from '../../src/authority/index.js';
import { events } from '../../src/events/index.js';
import { makeRows } from '../contract/personas/rows.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { happen as happenAll } from './happen.js';
import { open, TRUST, watch } from './watch.js';

const HOUR = 3_600_000;
const RETENTION = 2 * HOUR;

const clock = { ms: Date.now(), now: () => new Date(clock.ms) };
let server: TestServer;
let token: string;
let id: string;
beforeAll(async () => {
  server = await startTestServer({ clock, settings: { eventRetentionMs: RETENTION } });
  const project = await server.project(await server.defaultDomainId());
  const expiresAt = new Date(Date.UTC(2200, 0));
  token = (await server.token({ scope: project, role: 'reader', expiresAt })).token;
  id = await (await makeRows(server)).agent(project, 'PENDING');
}, 60_000);
afterAll(() => server.close());

const STATES = ['PENDING', 'TRUSTED', 'FAILED', 'STALE'];
let happened = 0;
/** One more change of the agent, by the clock as it is. */
async function happen(): Promise<void> {
  const details = { from: STATES[happened % 4], to: STATES[(happened + 1) % 4] };
  happened += 1;
  const fact = { type: 'agent.trust_changed', objectId: id, details };
  await happenAll(server.services, [fact], clock.now());
}
const kept = () => server.services.db.select().from(events).where(eq(events.objectId, id)).orderBy(events.position);
const refusal = async (variables: object) => {
  const answer = await open(server.url, { query: TRUST, variables }, { authorization: `Bearer ${token}` });
  return JSON.parse(answer.text).errors[0].extensions.reason;
};

describe('events round a jump of the clock, a hundred years ahead and back', () => {
  test('ok: they are told in their order, to who resumes anywhere, also who begins at a time', async () => {
    const since = clock.now();
    await happen();
    clock.ms += 100 * 365 * 24 * HOUR;
    await happen();
    clock.ms = since.getTime() + 1000;
    await happen();
    await happen();
    const all = watch(server.url, token, TRUST, { since });
    await all.until(4);
    all.kill();
    expect(all.events().map(({ from }) => from)).toEqual(STATES);
    for (const [index, { cursor }] of all.events().slice(0, 3).entries()) {
      const rest = watch(server.url, token, TRUST, { after: cursor });
      await rest.until(3 - index);
      rest.kill();
      expect(rest.events().map(({ from }) => from)).toEqual(STATES.slice(index + 1));
    }
  });

  test('ok: a time ahead of the server’s is now, so whose clock is ahead misses nothing', async () => {
    const watcher = watch(server.url, token, TRUST, { since: new Date(clock.ms + HOUR) });
    await watcher.open();
    await happen();
    await watcher.until(1);
    watcher.kill();
  });

  test('ok: those behind it are removed when they are old, and whose cursor is gone is told so', async () => {
    const [, ahead, ...behind] = await kept();
    const watcher = watch(server.url, token, TRUST, { since: new Date(clock.ms - HOUR) });
    await watcher.until(5);
    watcher.kill();
    const cursor = watcher.events()[2]?.cursor;
    clock.ms += HOUR;
    expect(await eventSweep.removeSome(server.services, {})).toBe(0);
    clock.ms += RETENTION;
    await happen();
    while ((await eventSweep.removeSome(server.services, {})) > 0);
    const left = await kept();
    // Nobody can know how old the one is that was written while the clock was ahead.
    expect(left.map(({ position }) => position)).toEqual([ahead?.position, left.at(-1)?.position]);
    expect(behind.length).toBeGreaterThan(1);
    expect(await refusal({ after: cursor })).toBe('EVENTS_EXPIRED');
  });
});
