import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { canonicalJson, generateKey } from '../../src/audit/chain/index.js';
import { ensureKeyFile, readKeyFile } from '../../src/audit/seals/index.js';
import { rowsOf } from '../../src/db/rows.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';
import { CHAIN, SEALS, sealAll, VERIFY, writeEntries } from './chain.js';

let server: TestServer;
let reader: string;
let db: TestServer['services']['db'];
beforeAll(async () => {
  server = await startTestServer();
  db = server.services.db;
  reader = (await server.token({ scope: { type: 'system' }, role: 'reader' })).token;
}, 60_000);
afterAll(() => server.close());

const ask = async (query: string, variables: object = {}): Promise<Json> => {
  const answer = await server.graphql(query, variables, reader);
  expect(answer.body.errors).toBeUndefined();
  return answer.body.data;
};
const verify = async (range: object = {}) => (await ask(VERIFY, range)).result;
const chain = async () => (await ask(CHAIN)).chain;

describe('the chain', () => {
  test('ok: what is committed is a tail first, then sealed, signed and found intact', async () => {
    await writeEntries(server.services, 3);
    const before = await chain();
    expect(before.unsealedCount).toBeGreaterThanOrEqual(3);
    expect(before.oldestUnsealedAt).not.toBeNull();
    const sealed = await sealAll(server.services);
    const after = await chain();
    expect([after.unsealedCount, after.oldestUnsealedAt]).toEqual([0, null]);
    expect(after.head.seq).toBe((before.head?.seq ?? 0) + sealed);
    expect(await verify()).toEqual({ verifiedSeq: after.head.seq, nextSeq: null, fault: null });
    expect(await sealAll(server.services)).toBe(0);
  });

  test('ok: the hash is what the page says: of the hash before, the number and the canonical entry', async () => {
    const { nodes } = (await ask(SEALS, { first: 200 })).page;
    let before = `sha256:${'0'.repeat(64)}`;
    for (const [index, { seq, hash, entry }] of nodes.entries()) {
      const text = `${before}\n${index + 1}\n${canonicalJson(entry.sealedForm)}`;
      expect([seq, hash]).toEqual([index + 1, `sha256:${createHash('sha256').update(text).digest('hex')}`]);
      before = hash;
    }
    expect(nodes.length).toBeGreaterThanOrEqual(3);
    expect(nodes.at(-1).head).toEqual({ seq: nodes.length, hash: before });
  });

  test('ok: a long chain is verified in bounded steps, from any place', async () => {
    await writeEntries(server.services, 1000);
    await sealAll(server.services);
    const { head } = await chain();
    expect(await verify()).toEqual({ verifiedSeq: 600, nextSeq: 601, fault: null });
    expect(await verify({ fromSeq: 601 })).toEqual({ verifiedSeq: head.seq, nextSeq: null, fault: null });
    expect(await verify({ fromSeq: 7, toSeq: 9 })).toEqual({ verifiedSeq: 9, nextSeq: null, fault: null });
  });

  test('invalid: a range that begins behind the end', async () => {
    expect(codeOf(await server.graphql(VERIFY, { fromSeq: 100_000 }, reader))).toBe('BAD_USER_INPUT');
  });

  test.each([1.5, '7', 2 ** 60, -(2 ** 60)])('invalid: %s is not a sequence number', async (fromSeq) => {
    expect(codeOf(await server.graphql(VERIFY, { fromSeq }, reader))).toBe('BAD_USER_INPUT');
  });

  test('forbidden: only readers of the system read or verify the chain', async () => {
    const domainId = await server.defaultDomainId();
    const { token } = await server.token({ scope: { type: 'domain', domainId }, role: 'admin' });
    const service = await server.token({ scope: { type: 'system' }, role: 'service' });
    for (const query of [VERIFY, CHAIN, SEALS]) {
      const answer = await server.graphql(query, {}, token);
      expect(answer.body.errors[0].extensions).toMatchObject({ code: 'FORBIDDEN', reason: 'WRONG_SCOPE' });
      expect(codeOf(await server.graphql(query, {}, service.token))).toBe('FORBIDDEN');
      expect(codeOf(await server.graphql(query))).toBe('UNAUTHENTICATED');
    }
  });

  test('ok: two sealers at once make one chain', async () => {
    await writeEntries(server.services, 600);
    await Promise.all([1, 2, 3].map(() => sealAll(server.services)));
    await sealAll(server.services);
    const { head, unsealedCount } = await chain();
    expect(unsealedCount).toBe(0);
    const [{ count } = { count: 0 }] = await rowsOf<{ count: number }>(
      db,
      sql`select count(*)::int as count from audit_entries`,
    );
    expect(head.seq).toBe(count);
    expect((await verify({ fromSeq: head.seq - 900 })).fault).toBeNull();
  });

  test('ok: after a restore into a cluster that counts transactions lower, sealing goes on', async () => {
    await db.execute(sql`update audit_entries set xid = '900000000000'`);
    await db.execute(sql`update audit_heads set xid = '900000000000'`);
    await writeEntries(server.services, 2);
    expect(await sealAll(server.services)).toBe(2);
    await writeEntries(server.services, 1);
    expect(await sealAll(server.services)).toBe(1);
    const { head, unsealedCount } = await chain();
    expect(unsealedCount).toBe(0);
    expect((await verify({ fromSeq: head.seq - 900 })).fault).toBeNull();
  });
});

describe('tampering', () => {
  /** Where the entries of this test are, and a copy of everything to go back to. */
  let last: number;
  const TABLES = ['audit_entries', 'audit_seals', 'audit_heads'];
  beforeEach(async () => {
    await writeEntries(server.services, 6);
    await sealAll(server.services);
    last = (await chain()).head.seq;
    await writeEntries(server.services, 4);
    await sealAll(server.services);
    for (const table of TABLES) await db.execute(sql.raw(`create table if not exists ${table}_kept as table ${table}`));
    return async () => {
      for (const table of TABLES) {
        await db.execute(sql.raw(`delete from ${table}`));
        await db.execute(sql.raw(`insert into ${table} table ${table}_kept`));
        await db.execute(sql.raw(`drop table ${table}_kept`));
      }
      expect((await verify({ fromSeq: last - 6 })).fault).toBeNull();
    };
  });

  const entryAt = async (seq: number) =>
    (await rowsOf<{ id: string }>(db, sql`select entry_id as id from audit_seals where seq = ${seq}`))[0]?.id ?? '';
  const check = async () => verify({ fromSeq: last - 5 });

  const CHANGES = {
    details: sql`details = '{"nth": 7}'`,
    'who did it': sql`actor_id = 'usr_x'`,
    'when it was': sql`occurred_at = occurred_at - interval '1 second'`,
    'whose it is': sql`project_id = 'prj_x'`,
    outcome: sql`outcome = 'DENIED'`,
  };
  test.each(Object.entries(CHANGES))('found: a changed entry is named (%s)', async (_what, change) => {
    const id = await entryAt(last - 3);
    await db.execute(sql`update audit_entries set ${change} where id = ${id}`);
    expect(await check()).toEqual({
      verifiedSeq: last - 4,
      nextSeq: null,
      fault: { kind: 'CHANGED', seq: last - 3, entryId: id },
    });
  });

  test('found: a removed entry is named', async () => {
    const id = await entryAt(last - 3);
    await db.execute(sql`delete from audit_entries where id = ${id}`);
    expect((await check()).fault).toEqual({ kind: 'REMOVED', seq: last - 3, entryId: id });
  });

  test('found: an entry removed with its seal leaves a gap', async () => {
    const id = await entryAt(last - 3);
    await db.execute(sql`delete from audit_entries where id = ${id}`);
    await db.execute(sql`delete from audit_seals where entry_id = ${id}`);
    expect((await check()).fault).toEqual({ kind: 'REMOVED', seq: last - 3, entryId: null });
  });

  test('found: entries that changed places', async () => {
    const [a, b] = [await entryAt(last - 3), await entryAt(last - 1)];
    await db.execute(sql`update audit_seals set entry_id = 'aside' where entry_id = ${a}`);
    await db.execute(sql`update audit_seals set entry_id = ${a} where entry_id = ${b}`);
    await db.execute(sql`update audit_seals set entry_id = ${b} where entry_id = 'aside'`);
    expect((await check()).fault).toEqual({ kind: 'REORDERED', seq: last - 3, entryId: b });
  });

  test('found: seals that changed places', async () => {
    const b = await entryAt(last - 1);
    await db.execute(sql`update audit_seals set seq = -1 where seq = ${last - 3}`);
    await db.execute(sql`update audit_seals set seq = ${last - 3} where seq = ${last - 1}`);
    await db.execute(sql`update audit_seals set seq = ${last - 1} where seq = -1`);
    expect((await check()).fault).toEqual({ kind: 'REORDERED', seq: last - 3, entryId: b });
  });

  test('found: an entry put between sealed ones is never sealed, and named', async () => {
    const id = await entryAt(last - 3);
    await db.execute(sql`insert into audit_entries (id, occurred_at, action, outcome, request_id, details, xid)
      select 'aud_0', occurred_at, action, outcome, request_id, details, xid from audit_entries where id = ${id}`);
    expect(await sealAll(server.services)).toBe(0);
    expect((await check()).fault).toEqual({ kind: 'ADDED', seq: null, entryId: 'aud_0' });
  });

  test('found: a change that was chained anew does not lead to the signed head', async () => {
    await rechain(last - 3);
    expect((await check()).fault).toEqual({ kind: 'HEAD_MISMATCH', seq: last, entryId: null });
  });

  test('found: a head moved along with a change that was chained anew is not signed', async () => {
    await rechain(last - 3);
    await db.execute(sql`update audit_heads h set hash = s.hash from audit_seals s where s.seq = h.seq`);
    expect((await check()).fault).toEqual({ kind: 'HEAD_INVALID', seq: last, entryId: null });
  });

  test('found: what was chained anew behind the newest head that is left is not signed', async () => {
    await rechain(last + 2);
    await db.execute(sql`delete from audit_heads where seq > ${last}`);
    expect((await check()).fault).toMatchObject({ kind: 'UNSIGNED', seq: last + 1 });
  });

  test('found: a cut of the seals shows against the head', async () => {
    await db.execute(sql`delete from audit_seals where seq > ${last}`);
    expect((await check()).fault).toEqual({ kind: 'REMOVED', seq: last + 1, entryId: null });
  });

  test('found: a first entry that was dropped without a signed statement', async () => {
    await db.execute(sql`delete from audit_seals where seq = 1`);
    expect((await verify()).fault).toEqual({ kind: 'REMOVED', seq: 1, entryId: null });
    await db.execute(sql`delete from audit_seals where seq <= ${last}`);
    await db.execute(sql`update audit_heads set trim_signed_at = now(), trim_key_id = key_id, trim_signature = signature
      where seq = ${last}`);
    expect((await verify()).fault).toEqual({ kind: 'HEAD_INVALID', seq: last, entryId: null });
  });

  test('refused: nothing is built on a head that was not signed', async () => {
    await db.execute(sql`update audit_heads set hash = replace(hash, 'sha256:', 'sha256:0')`);
    await writeEntries(server.services, 1);
    await expect(sealAll(server.services)).rejects.toThrow('is not what was signed');
    expect((await chain()).unsealedCount).toBe(1);
  });

  /** Changes an entry and computes all hashes from there on, as somebody without the key could. */
  async function rechain(from: number): Promise<void> {
    const id = await entryAt(from);
    await db.execute(sql`update audit_entries set actor_name = 'somebody else' where id = ${id}`);
    const { nodes } = (await ask(SEALS, { fromSeq: from - 1, first: 200 })).page;
    let before: string = nodes[0].hash;
    for (const { seq, entry } of nodes.slice(1)) {
      const text = `${before}\n${seq}\n${canonicalJson(entry.sealedForm)}`;
      before = `sha256:${createHash('sha256').update(text).digest('hex')}`;
      await db.execute(sql`update audit_seals set hash = ${before} where seq = ${seq}`);
    }
  }
});

describe('keys', () => {
  test('ok: heads of an earlier key verify while it is in the file behind the new one; without it they are named', async () => {
    const path = server.services.settings.auditKeyPath;
    const earlier = readFileSync(path, 'utf8');
    const [earlierId] = readKeyFile(path).byId.keys();
    const { head } = await chain();
    writeFileSync(path, generateKey() + earlier);
    await writeEntries(server.services, 2);
    expect(await sealAll(server.services)).toBe(2);
    const after = await chain();
    expect(after.head.keyId).not.toBe(earlierId);
    expect(after.keys.map((key: Json) => key.keyId)).toEqual([after.head.keyId, earlierId]);
    expect((await verify({ fromSeq: head.seq - 2 })).fault).toBeNull();
    writeFileSync(path, generateKey());
    expect((await verify({ fromSeq: head.seq - 2 })).fault).toMatchObject({ kind: 'KEY_UNKNOWN' });
    writeFileSync(path, earlier);
  });

  test('refused: where the log is signed, no server starts without the key file, and none is made', async () => {
    const path = server.services.settings.auditKeyPath;
    const { head } = await chain();
    const kept = readFileSync(path);
    rmSync(path);
    const missing = `The audit key file ${path} is missing, and the audit log is signed by the key ${head.keyId}`;
    await expect(ensureKeyFile(db, path)).rejects.toThrow(missing);
    expect(existsSync(path)).toBe(false);
    // Put there by hand, another key is what the operator wants.
    writeFileSync(path, generateKey());
    await ensureKeyFile(db, path);
    writeFileSync(path, kept);
    await ensureKeyFile(db, path);
  });
});
