import { Writable } from 'node:stream';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { rowsOf } from '../../src/db/rows.js';
import { codeOf, startTestServer, type TestServer } from '../harness/server.js';

const MINUTE = 60_000;
const SCRAPER = 'a-secret-that-only-the-scraper-knows';
const READ = '{ viewer { kind } }';
const CREATE = 'mutation { createDomain(input: { name: "made" }) { domain { id } userErrors { code } } }';

const lines: string[] = [];
const log = pino(new Writable({ write: (chunk, _encoding, done) => done(void lines.push(String(chunk))) }));
let server: TestServer;
let right: number;
beforeEach(async () => {
  lines.length = 0;
  server = await startTestServer({ clock: 'the database’s', metricsToken: SCRAPER, log });
  right = Date.now();
  const started = performance.now();
  rightNow = () => right + performance.now() - started;
  return () => server.close();
}, 60_000);
afterEach(() => void vi.useRealTimers());
let rightNow = () => right;

/** Sets the machine's time of day, and nothing else. */
const setAhead = (ms: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: rightNow() + ms });
};
const ready = async () => {
  const response = await fetch(`${server.url}/readyz`);
  return { status: response.status, text: await response.text() };
};
const skew = async () => {
  const metrics = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${SCRAPER}` } });
  return Number(/^bailiwick_clock_skew_seconds (\S+)$/m.exec(await metrics.text())?.[1]);
};

describe('a token that ends in two minutes', () => {
  let token: string;
  beforeEach(async () => {
    const scope = { type: 'system' } as const;
    token = (await server.token({ scope, role: 'admin', expiresAt: new Date(Date.now() + 2 * MINUTE) })).token;
  });

  test('ok: it does not end sooner, nor live longer, where the machine’s clock is set', async () => {
    for (const ms of [3 * MINUTE, -3 * MINUTE]) {
      setAhead(ms);
      expect((await server.graphql(READ, {}, token)).body.errors).toBeUndefined();
      const told = Date.parse((await fetch(`${server.url}/readyz`)).headers.get('date') ?? '');
      expect(Math.abs(told - rightNow())).toBeLessThan(MINUTE);
    }
    await server.services.db.execute(sql`update tokens set expires_at = clock_timestamp() - interval '1 second'`);
    expect(codeOf(await server.graphql(READ, {}, token))).toBe('UNAUTHENTICATED');
  });
});

describe('a machine whose clock is off', () => {
  test('ok: by seconds: readiness and a metric say so, the log once, and everything goes on', async () => {
    const { token } = await server.token({ scope: { type: 'system' }, role: 'admin' });
    expect([await ready(), Math.abs(await skew()) < 1]).toEqual([{ status: 200, text: 'ready\n' }, true]);
    setAhead(20_000);
    const { status, text } = await ready();
    expect([status, text]).toEqual([
      200,
      expect.stringMatching(/^ready\nclock: \d\d(\.\d)? s ahead of the database's\n$/),
    ]);
    expect(await skew()).toBeGreaterThan(10);
    expect((await server.graphql(CREATE, {}, token)).body.data.createDomain.userErrors).toEqual([]);
    const said = () => lines.filter((line) => line.includes('s ahead of the database'));
    await expect.poll(() => said().length, { timeout: 15_000 }).toBe(1);
    setAhead(22_000);
    await ready();
    expect(said()).toHaveLength(1);
  });

  test('unavailable: beyond the bound: it is not ready and writes nothing; reads go on', async () => {
    const { token } = await server.token({ scope: { type: 'system' }, role: 'admin' });
    for (const ms of [5 * MINUTE, -5 * MINUTE]) {
      setAhead(ms);
      const { status, text } = await ready();
      expect([status, text]).toEqual([503, expect.stringMatching(/^not ready\nclock: .*BAILIWICK_CLOCK_SKEW_MAX/)]);
      const { body } = await server.graphql(CREATE, {}, token);
      expect(body.errors[0].extensions).toMatchObject({ code: 'UNAVAILABLE', reason: 'CLOCK_SKEW' });
      expect(body.errors[0].message).toContain('BAILIWICK_CLOCK_SKEW_MAX');
      expect((await server.graphql(READ, {}, token)).body.errors).toBeUndefined();
    }
    const query = sql`select count(*)::int as n from domains where name = 'made'`;
    expect(await rowsOf(server.services.db, query)).toEqual([{ n: 0 }]);
    setAhead(0);
    expect((await ready()).status).toBe(200);
    expect((await server.graphql(CREATE, {}, token)).body.data.createDomain.userErrors).toEqual([]);
  });
});
