import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { auditEntries } from '../../src/audit/entries/index.js';
import { makePartitions, startSealer, trim } from '../../src/audit/sealer/index.js';
import { readKeyFile } from '../../src/audit/seals/index.js';
import { rowsOf } from '../../src/db/rows.js';
import { lowestId } from '../../src/platform/ids.js';
import { runCli } from '../cli/run-cli.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { CHAIN, sealAll, VERIFY, writeEntries } from './chain.js';

let server: TestServer;
let reader: string;
beforeEach(async () => {
  server = await startTestServer();
  reader = (await server.token({ scope: { type: 'system' }, role: 'reader' })).token;
  return () => server.close();
}, 60_000);

const day = (text: string) => new Date(`${text}T00:00:05Z`);
const DAYS = 86_400_000;

/** Entries as they would have been made on these days, sealed together. */
async function sealedOn(...days: string[]): Promise<void> {
  const rows = days.map((text) => {
    const [id, occurredAt] = [lowestId('AuditEntry', day(text)), day(text)];
    return { id, occurredAt, action: text, outcome: 'ALLOWED' as const, requestId: 'request', details: {} };
  });
  // In one statement, so that the server's own sealer has no head between them.
  await server.services.db.insert(auditEntries).values(rows);
  await sealAll(server.services);
}

const trimAt = (text: string, days: number) => {
  const { db, settings } = server.services;
  return trim(db, readKeyFile(settings.auditKeyPath), day(text), days * DAYS);
};
const actions = async () => {
  const query = sql`select action from audit_entries order by occurred_at, id`;
  return (await rowsOf<{ action: string }>(server.services.db, query)).map(({ action }) => action);
};
/** Without what the server wrote at its start: that is older, and may have a head of its own, up to which it is dropped. */
const dated = (all: readonly string[]) => all.filter((action) => action.startsWith('2030-'));
const partitions = async () => {
  const query = sql`select distinct tableoid::regclass::text as name from audit_entries order by 1`;
  return (await rowsOf<{ name: string }>(server.services.db, query)).map(({ name }) => name);
};
const tables = async () => {
  const query = sql`select inhrelid::regclass::text as name from pg_inherits
    where inhparent = 'audit_entries'::regclass order by 1`;
  return (await rowsOf<{ name: string }>(server.services.db, query)).map(({ name }) => name);
};
const chain = async () => (await server.graphql(CHAIN, {}, reader)).body.data.chain;
const verify = async () => (await server.graphql(VERIFY, {}, reader)).body.data.result;

describe('retention', () => {
  beforeEach(async () => {
    await makePartitions(server.services.db, day('2030-01-01'));
    await sealedOn('2030-01-10', '2030-01-31', '2030-02-01');
    await sealedOn('2030-02-10', '2030-03-10');
  });

  test('kept: on the first day of a month, entries of the month before that are younger than the retention', async () => {
    const all = dated(await actions());
    // So the limit is at the very beginning of February.
    await trimAt('2030-03-03', 30);
    expect(dated(await actions())).toEqual(all);
    await trimAt('2030-03-04', 30);
    expect((await actions())[0]).toBe('2030-02-10');
  });

  test('ok: old months are dropped up to a head, which stays; the chain begins behind it', async () => {
    const made = (await tables())[0];
    expect(await partitions()).toEqual([made, 'audit_entries_203001', 'audit_entries_203002', 'audit_entries_203003']);
    const [before, dropped] = [await chain(), (await actions()).indexOf('2030-02-10')];
    await trimAt('2030-03-20', 30);
    expect(await actions()).toEqual(['2030-02-10', '2030-03-10', 'audit.trimmed']);
    // The entry that tells of it is of March, as its time says.
    expect(await tables()).toEqual(['audit_entries_203002', 'audit_entries_203003', 'audit_entries_rest']);
    const after = await chain();
    expect(after).toMatchObject({ firstSeq: dropped + 1, trim: { seq: dropped }, unsealedCount: 1, head: before.head });
    expect(await verify()).toEqual({ verifiedSeq: before.head.seq, nextSeq: null, fault: null });
    await sealAll(server.services);
    expect(await verify()).toEqual({ verifiedSeq: before.head.seq + 1, nextSeq: null, fault: null });
  });

  test('ok: what is younger stays, also when the only head between is behind it', async () => {
    const before = await actions();
    await trimAt('2030-03-20', 50);
    expect(dated(await actions())).toEqual(dated(before));
    expect((await chain()).firstSeq).toBeLessThanOrEqual(before.indexOf('2030-01-10') + 1);
  });

  test('ok: again and again, a place further each time', async () => {
    await trimAt('2030-03-20', 30);
    await trimAt('2030-03-20', 30);
    const { firstSeq } = await chain();
    await sealAll(server.services);
    await trimAt('2030-05-20', 30);
    expect((await chain()).firstSeq).toBe(firstSeq + 3);
    expect(await actions()).toEqual(['audit.trimmed']);
    await sealAll(server.services);
    expect(await verify()).toEqual({ verifiedSeq: firstSeq + 3, nextSeq: null, fault: null });
  });

  test('ok: what was never sealed is not dropped', async () => {
    const { db } = server.services;
    const row = {
      occurredAt: day('2030-01-20'),
      action: 'late',
      outcome: 'ALLOWED',
      requestId: 'r',
      details: {},
    } as const;
    await db.insert(auditEntries).values({ ...row, id: lowestId('AuditEntry', day('2030-01-20')) });
    await trimAt('2030-03-20', 30);
    expect(await actions()).toContain('late');
    expect(await tables()).toContain('audit_entries_203001');
  });

  /** What a process does by itself when it starts, with its clock so far from the database's. */
  async function upkeep(skewMs: number, auditRetentionMs: number | null = 30 * DAYS): Promise<void> {
    const { services } = server;
    const clock = { now: () => day('2030-03-20'), skewMs: () => skewMs };
    const sealer = startSealer({ ...services, clock, settings: { ...services.settings, auditRetentionMs } });
    await sealer.stop();
  }

  test('kept: a process drops nothing while its clock may be wrong; ok: it does when the clocks agree', async () => {
    const before = await actions();
    for (const skewMs of [60_001, -60_001, 90 * DAYS]) {
      await upkeep(skewMs);
      expect(await actions()).toEqual(before);
    }
    // One that is sealing at that moment makes it skip this time.
    await vi.waitFor(
      async () => {
        await upkeep(-60_000);
        expect(await actions()).toEqual(['2030-02-10', '2030-03-10', 'audit.trimmed']);
      },
      { timeout: 20_000 },
    );
  });

  test('kept: a process without a retention drops nothing', async () => {
    const before = await actions();
    await upkeep(0, null);
    expect(await actions()).toEqual(before);
  });

  describe('on the command line', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bailiwick-retention-'));
    afterEach(() => {
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true, force: true });
    });

    test('ok: an export begins with the statement; a head that was kept before is told to be dropped', async () => {
      vi.stubEnv('BAILIWICK_SERVER', server.url);
      vi.stubEnv('BAILIWICK_TOKEN', reader);
      const save = async (name: string, ...argv: string[]) => {
        writeFileSync(join(folder, name), (await runCli('audit', ...argv)).out);
        return join(folder, name);
      };
      const { head } = await chain();
      await trimAt('2030-03-20', 30);
      const key = await save('audit.pub', 'key');
      const exported = await save('audit.jsonl', 'export');
      const kept = await save('head.json', 'head', '-o', 'json');
      const { code, out } = await runCli('audit', 'verify', exported, '--key', key, '--since-head', kept);
      expect([code, out]).toEqual([0, `Entries ${head.seq - 1} to ${head.seq} are as they were sealed.\n`]);
      expect((await runCli('audit', 'verify')).out).toContain(`Entries up to ${head.seq - 2} were dropped`);
      await sealAll(server.services);
      await trimAt('2030-05-20', 30);
      expect((await runCli('audit', 'verify', '--since-head', kept)).code).toBe(1);
    });
  });
});

describe('partitions', () => {
  test('ok: made while entries are written, they take over what lay in the rest', async () => {
    const { db } = server.services;
    // As on a server that made none.
    for (const name of await tables())
      if (name !== 'audit_entries_rest') await db.execute(sql`drop table ${sql.identifier(name)}`);
    await writeEntries(server.services, 5);
    await sealAll(server.services);
    expect(await partitions()).toEqual(['audit_entries_rest']);
    const writers = Array.from({ length: 8 }, async () => {
      for (let nth = 0; nth < 5; nth++) await writeEntries(server.services, 2);
    });
    const makers = [1, 2].map(() => makePartitions(db, new Date()));
    await Promise.all([...writers, ...makers]);
    await makePartitions(db, new Date());
    expect(await partitions()).toHaveLength(1);
    expect(await partitions()).not.toContain('audit_entries_rest');
    expect(await tables()).toHaveLength(4);
    await sealAll(server.services);
    const entries = await actions();
    expect(entries.filter((action) => action === 'upload.filled')).toHaveLength(85);
    expect(await verify()).toEqual({ verifiedSeq: entries.length, nextSeq: null, fault: null });
  });
});
