import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rowsOf } from '../../src/db/rows.js';
import { PUBLISHED, watch } from '../events/watch.js';
import { client, codeOf, type Json } from '../harness/server.js';
import { FAKETIME, type Skewed, type SkewedReplica, startSkewed } from './split.js';
import { type Random, Tally, walk } from './walk.js';

const MINUTE = 60_000;
const ROUNDS = 50;
const AT_ONCE = 8;
/** What a replica may be off by: half of what its quickest question to the database took. */
const TOLERANCE_MS = 250;
const SCRAPER = 'a-secret-that-only-the-scraper-knows';
const LOG_IN_WAIT_MAX_S = 2;
const SETTINGS = {
  BAILIWICK_CLOCK_SKEW_MAX: 'PT1H',
  BAILIWICK_METRICS_TOKEN: SCRAPER,
  BAILIWICK_LOG_IN_WAIT_MAX: `PT${LOG_IN_WAIT_MAX_S}S`,
  BAILIWICK_PASSWORD_COST: '15',
};
const READ = '{ viewer { kind } }';
const [POLICY, NEXT] = ['0', '1'].map((digit) => JSON.stringify({ 0: [digit.repeat(64)] }));
const CREATE = `mutation ($name: String!, $tpmPolicy: String!) {
  createAllowlist(input: { name: $name, tpmPolicy: $tpmPolicy }) { allowlist { id etag } userErrors { code } } }`;
const PUBLISH = `mutation ($id: ID!, $etag: String!, $tpmPolicy: String!) {
  publishAllowlistRevision(input: { allowlist: { id: $id }, etag: $etag, tpmPolicy: $tpmPolicy }) {
    allowlist { id } userErrors { code } } }`;
const LOG_IN = `mutation ($user: String!) {
  issueToken(input: { proof: { password: { user: $user, password: "not the one" } } }) { token } }`;

/** A question with a token, by the database's time. */
interface Asked {
  readonly sent: number;
  readonly answered: number;
  readonly isTaken: boolean;
}

/** A token that ended while it was asked with could be taken or refused. */
function verdict({ sent, answered, isTaken }: Asked, end: number): string {
  if (isTaken) return sent > end + TOLERANCE_MS ? 'taken late' : 'taken';
  return answered < end - TOLERANCE_MS ? 'refused early' : 'refused';
}

const WORDS = FAKETIME ? '' : ' (left out: install faketime)';

describe.skipIf(!FAKETIME)(`two replicas on one database, five minutes ahead and behind, with jumps${WORDS}`, () => {
  let world: Skewed;
  let replicas: [SkewedReplica, SkewedReplica];
  beforeAll(async () => {
    world = await startSkewed();
    replicas = [await world.replica(300, SETTINGS), await world.replica(-300, SETTINGS)];
  });
  afterAll(() => world?.close());

  async function databaseTime(): Promise<number> {
    const query = sql`select extract(epoch from clock_timestamp())::float8 * 1000 as ms`;
    return Number((await rowsOf<{ ms: number }>(world.server.services.db, query))[0]?.ms);
  }
  async function ask(address: string, token: string): Promise<Asked> {
    const sent = await databaseTime();
    const code = codeOf(await client(address).graphql(READ, {}, token));
    expect([undefined, 'UNAUTHENTICATED']).toContain(code);
    return { sent, answered: await databaseTime(), isTaken: code === undefined };
  }
  const jump = (random: Random) => random.pick(replicas).setAhead(random.below(6600) - 3300);

  test('ok: the skew is told in readiness and as a metric, and is no obstacle within the bound', async () => {
    for (const [index, { address }] of replicas.entries()) {
      const ready = await fetch(`${address}/readyz`);
      const words = index === 0 ? 'ahead of' : 'behind';
      expect([ready.status, await ready.text()]).toEqual([
        200,
        expect.stringMatching(`^ready\nclock: (299|300)(\\.\\d)? s ${words} the database's\n$`),
      ]);
      const metrics = await fetch(`${address}/metrics`, { headers: { authorization: `Bearer ${SCRAPER}` } });
      const [, seconds] = /^bailiwick_clock_skew_seconds (\S+)$/m.exec(await metrics.text()) ?? [];
      expect(Math.abs(Number(seconds) - (index === 0 ? 300 : -300))).toBeLessThan(1);
    }
  });

  test('ok: tokens end when they end by the database, on both: none is taken later, none refused before', async () => {
    const tally = new Tally('asked');
    const scope = await world.server.project(await world.server.defaultDomainId());
    const trial = async (random: Random, address: string) => {
      const end = (await databaseTime()) + 3000 + random.below(2000);
      const { token } = await world.server.token({ scope, role: 'reader', expiresAt: new Date(end) });
      for (let last: Asked | null = null; last === null || last.isTaken || last.answered < end + TOLERANCE_MS; ) {
        last = await ask(address, token);
        tally.add(verdict(last, end));
        if (last.answered > end + MINUTE) throw new Error('a token does not end');
        await delay(5);
      }
    };
    const rounds = await walk(ROUNDS, async (random) => {
      const trials = Array.from({ length: AT_ONCE }, (_, index) => trial(random, replicas[index % 2]?.address ?? ''));
      await delay(random.below(2000));
      jump(random);
      await Promise.all(trials);
    });
    tally.print(rounds * AT_ONCE);
    expect([tally.of('taken late'), tally.of('refused early')]).toEqual([0, 0]);
    expect(tally.of('taken')).toBeGreaterThan(0);
    expect(tally.of('refused')).toBeGreaterThanOrEqual(rounds * AT_ONCE);
  });

  test('ok: both write through jumps: events once and in order, ids unique, in order, of the database’s time', async () => {
    const { server } = world;
    const scope = await server.project(await server.defaultDomainId());
    const { token } = await server.token({ scope, role: 'manager' });
    const from = await databaseTime();
    const watchers = replicas.map(({ address }) => watch(address, token, PUBLISHED));
    await Promise.all(watchers.map((watcher) => watcher.open()));
    const made: string[][] = [[], []];
    const rounds = await walk(ROUNDS, async (random) => {
      await Promise.all(
        replicas.map(async ({ address }, index) => {
          for (let nth = 0; nth < 4; nth++) {
            const name = `r${index}-${made[index]?.length}`;
            const { body } = await client(address).graphql(CREATE, { name, tpmPolicy: POLICY }, token);
            expect(body.errors).toBeUndefined();
            const { id, etag } = body.data.createAllowlist.allowlist;
            made[index]?.push(id);
            if (nth % 2 === 1) jump(random);
            const published = await client(address).graphql(PUBLISH, { id, etag, tpmPolicy: NEXT }, token);
            const payload = { allowlist: { id }, userErrors: [] };
            expect(published.body).toEqual({ data: { publishAllowlistRevision: payload } });
          }
        }),
      );
    });
    const until = await databaseTime();
    const all = made.flat();
    const total = rounds * 8;
    expect(new Set(all).size).toBe(total);
    for (const ids of made) expect(ids).toEqual([...ids].sort());
    const query = sql`select id, object_id as "objectId", occurred_at as at from events
      where type = 'allowlist.published' order by position`;
    const read = () => rowsOf<{ id: string; objectId: string; at: string }>(server.services.db, query);
    await expect.poll(async () => (await read()).length, { timeout: MINUTE }).toBe(total);
    const events = await read();
    expect(events.map(({ objectId }) => objectId).sort()).toEqual([...all].sort());
    for (const id of [...all, ...events.map((event) => event.id)]) {
      const ms = Number.parseInt(id.slice(4, 17).replace('-', ''), 16);
      expect(ms).toBeGreaterThan(from - TOLERANCE_MS);
      expect(ms).toBeLessThan(until + TOLERANCE_MS);
    }
    for (const { at } of events) {
      expect(new Date(at).getTime()).toBeGreaterThan(from - TOLERANCE_MS);
      expect(new Date(at).getTime()).toBeLessThan(until + TOLERANCE_MS);
    }
    for (const watcher of watchers) {
      await expect.poll(() => watcher.events().length, { timeout: MINUTE }).toBe(total);
      expect(watcher.events().map(({ id }: Json) => id)).toEqual(events.map(({ id }) => id));
      watcher.kill();
    }
    process.stdout.write(`clocks: ${total} events by two replicas, each once and in order\n`);
  });

  test('ok: who has to wait after wrong passwords never waits longer than the bound, whichever way the clock jumps', async () => {
    const waits: number[] = [];
    await walk(ROUNDS, async (random, index) => {
      const user = `nobody-${index}`;
      for (let nth = 0; nth < 12; nth++) {
        const { body } = await client(replicas[0].address).graphql(LOG_IN, { user });
        const { code, retryAfterSeconds } = body.errors[0].extensions;
        expect(['UNAUTHENTICATED', 'RATE_LIMITED']).toContain(code);
        if (retryAfterSeconds !== undefined) waits.push(retryAfterSeconds);
        if (nth % 4 === 3) replicas[0].setAhead(random.below(6600) - 3300);
      }
    });
    expect(waits.length).toBeGreaterThan(0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(LOG_IN_WAIT_MAX_S);
  });

  test('unavailable: beyond the bound a replica is not ready and writes nothing, reads go on; mended, it goes on', async () => {
    const { server } = world;
    const scope = await server.project(await server.defaultDomainId());
    const { token } = await server.token({ scope, role: 'manager' });
    const replica = await world.replica(0);
    const { graphql } = client(replica.address);
    const ready = () => fetch(`${replica.address}/readyz`).then(({ status }) => status);
    const write = async (name: string) => (await graphql(CREATE, { name, tpmPolicy: POLICY }, token)).body;
    for (const seconds of [300, -300]) {
      expect([await ready(), (await write(`right-${seconds}`)).errors]).toEqual([200, undefined]);
      replica.setAhead(seconds);
      expect(await ready()).toBe(503);
      const { errors } = await write(`wrong-${seconds}`);
      expect(errors[0].extensions).toMatchObject({ code: 'UNAVAILABLE', reason: 'CLOCK_SKEW' });
      expect(errors[0].message).toContain('BAILIWICK_CLOCK_SKEW_MAX');
      expect((await graphql(READ, {}, token)).body.errors).toBeUndefined();
      replica.setAhead(0);
    }
    expect([await ready(), (await write('right again')).errors]).toEqual([200, undefined]);
  });
});
