import { Writable } from 'node:stream';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { auditEntries, recordAudit } from '../../src/audit/entries/index.js';
import { keepPartitions, makePartitions } from '../../src/audit/sealer/index.js';
import { anonymous } from '../../src/authority/index.js';
import { rowsOf } from '../../src/db/rows.js';
import { DOMAINS } from '../../src/domains.js';
import { systemClock } from '../../src/platform/clock.js';
import { lowestId, takeIdsFrom } from '../../src/platform/ids.js';
import { createLogger } from '../../src/platform/log.js';
import { ReferenceClock } from '../../src/platform/reference-clock.js';
import { openTestDatabase, type TestDatabase } from '../harness/engine.js';
import { startTestServer } from '../harness/server.js';

let close = async () => {};
afterEach(() => close());

const month = (time: Date) => `audit_entries_${time.toISOString().slice(0, 7).replace('-', '')}`;

/** In which partitions entries are. */
async function places(db: TestDatabase['db']): Promise<string[]> {
  const query = sql`select distinct tableoid::regclass::text as name from audit_entries order by 1`;
  return (await rowsOf<{ name: string }>(db, query)).map(({ name }) => name);
}

async function opened(): Promise<TestDatabase['db']> {
  const database = await openTestDatabase();
  close = () => database.close();
  return database.db;
}

const write = (db: TestDatabase['db'], at: Date) =>
  db.transaction((tx) => recordAudit(tx, { requestId: 'request', actor: anonymous, at }, { action: 'upload.filled' }));

describe('the partition of the first entry', () => {
  for (const names of [[], ['audit'], ['identity'], ['attestation'], DOMAINS.map(({ name }) => name)]) {
    const served = DOMAINS.filter(({ name }) => names.includes(name));
    test(`ok: it is there before the first start writes, serving ${names.join() || 'no domain'}`, async () => {
      const server = await startTestServer({ app: { domains: served }, clock: 'the database’s' });
      close = () => server.close();
      expect(await places(server.services.db)).toEqual([month(server.services.clock.now())]);
    });
  }

  test('ok: the first denial lies there too', async () => {
    const server = await startTestServer({ clock: 'the database’s' });
    close = () => server.close();
    const { db, clock } = server.services;
    const { token } = await server.token({ scope: { type: 'system' }, role: 'reader' });
    const { body } = await server.graphql(
      'mutation { createDomain(input: { name: "x" }) { domain { id } } }',
      {},
      token,
    );
    expect(body.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    const query = sql`select tableoid::regclass::text as name from audit_entries where outcome = 'DENIED'`;
    await expect.poll(() => rowsOf(db, query)).toEqual([{ name: month(clock.now()) }]);
  });

  test('ok: it is there at the turn of months and behind jumps, ahead and back', async () => {
    const db = await opened();
    const times = ['2031-12-31T23:59:45Z', '2032-01-01T00:00:00Z', '2040-05-05T00:00:00Z', '2032-02-01T00:00:00Z'];
    let time = 0;
    const log = createLogger('silent');
    const clock = new ReferenceClock({ ask: async () => time, log, before: keepPartitions(db, log) });
    const seen: string[] = [];
    try {
      for (const text of times) {
        time = Date.parse(text);
        await (seen.length === 0 ? clock.start() : clock.measure());
        takeIdsFrom(clock);
        await write(db, clock.now());
        seen.push(month(new Date(text)));
      }
    } finally {
      takeIdsFrom(systemClock);
      await clock.stop();
    }
    // Each lies in the month of its own time, also what was written after the jump back.
    expect(await places(db)).toEqual([...seen].sort());
  });

  test('ok: what failed is tried again after a minute, and not by every request until then', async () => {
    const db = await opened();
    const lines: string[] = [];
    const log = pino(new Writable({ write: (chunk, _encoding, done) => done(void lines.push(String(chunk))) }));
    const keep = keepPartitions(db, log);
    const day = new Date('2036-03-03T00:00:00Z');
    await db.execute(sql`alter table audit_entries rename to away`);
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      for (const ms of [0, 59_999]) {
        vi.advanceTimersByTime(ms);
        await keep(day);
        expect(lines).toHaveLength(1);
      }
      vi.advanceTimersByTime(1);
      await keep(day);
      expect(lines).toHaveLength(2);
    } finally {
      vi.useRealTimers();
      await db.execute(sql`alter table away rename to audit_entries`);
    }
  });

  test('ok: where a month has very many entries in the rest already they stay there, and nobody waits', async () => {
    const db = await opened();
    const day = new Date('2035-03-03T00:00:00Z');
    const first = lowestId('AuditEntry', day);
    await db.execute(sql`insert into ${auditEntries} (id, occurred_at, action, outcome, request_id, details)
      select overlay(${first}::text placing lpad(to_hex(n), 12, '0') from 29), now(), 'test.made', 'ALLOWED', 'request', '{}'
      from generate_series(1, 50001) n`);
    await makePartitions(db, day);
    expect(await places(db)).toEqual(['audit_entries_rest']);
    const next = lowestId('AuditEntry', new Date('2035-04-03T00:00:00Z'));
    await db.execute(sql`insert into ${auditEntries} (id, occurred_at, action, outcome, request_id, details)
      values (${next}, now(), 'test.made', 'ALLOWED', 'request', '{}')`);
    expect(await places(db)).toEqual(['audit_entries_203504', 'audit_entries_rest']);
  });
});
